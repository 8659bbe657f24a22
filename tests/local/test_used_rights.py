"""What these runs have called is what the roles are proven against. Runs last: it looks at all the others' calls."""

from pathlib import Path

from cli.target import Target
from tests.infra.iam import calls, raw
from tests.local.conftest import Ended


def test_given_all_these_runs_then_every_call_is_in_the_recording(target: Target, noted: Path, promoted: Ended) -> None:
    found = set(raw.read(noted, raw.names(target)))
    assert {call.operation for call in found} >= {"bedrock:CreateModelCustomizationJob", "ssm:PutParameter"}
    assert found - calls.load()["on_demand"] == set(), "record anew: python -m tests.infra.iam.record"
