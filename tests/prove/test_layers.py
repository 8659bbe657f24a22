"""The layers that go into an account come out byte for byte the same, wherever and whenever they are built."""

import shutil
from pathlib import Path

import pytest

from cdk import assets
from cdk.settings import ACCOUNT_PYTHON

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["runtime", "science"])
def test_a_layer_is_the_same_when_it_is_built_again(tmp_path: Path, name: str) -> None:
    built: list[bytes] = []
    for checkout in (tmp_path / "one", tmp_path / "two"):
        (checkout / "lambdas").mkdir(parents=True)
        shutil.copy(ROOT / "lambdas" / f"{name}.lock", checkout / "lambdas")
        built.append(assets.layer(checkout, name, python=ACCOUNT_PYTHON, architecture="arm64").read_bytes())
    assert built[0] == built[1]
