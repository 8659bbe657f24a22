"""What a command chooses for its process does not outlive its test."""

from collections.abc import Generator

import pytest

from cli.settings import ROOT
from intent import gatefile


@pytest.fixture(autouse=True)
def own_gate() -> Generator[None]:
    """`router plan --stage` reads that stage's rules from then on."""
    yield
    gatefile.choose(ROOT / "gate.yaml")
