"""What a deploy must never replace. `python -m tests.infra.stateful` writes the snapshot anew, after a change that is
meant: that is a migration, and its way belongs into the release's notes.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import app
from tests.infra.conftest import context
from tests.infra.template import Template

SNAPSHOT = Path(__file__).with_suffix(".json")
# Properties whose change replaces the resource ("Update requires: Replacement"), read 2026-11-22 in
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/, and what else its data or callers hang on.
HELD: Mapping[str, tuple[str, ...]] = {
    "AWS::S3::Bucket": ("BucketName", "ObjectLockEnabled"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion", "Origin"),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "StateMachineType"),
    "AWS::ApiGateway::RestApi": ("ApiKeySourceType", "Name"),
    "AWS::ApiGateway::ApiKey": ("CustomerId", "GenerateDistinctId", "Name", "Value"),
    "AWS::ApiGateway::UsagePlanKey": ("KeyId", "KeyType", "UsagePlanId"),
}
_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def held(body: Mapping[str, Any]) -> dict[str, Any]:
    """By logical id: type, policies and the properties that are held; and the names that others know by heart."""
    resources = {
        name: {
            "Type": part["Type"],
            **{key: part[key] for key in _POLICIES if key in part},
            **{key: part["Properties"][key] for key in HELD[part["Type"]] if key in part["Properties"]},
        }
        for name, part in body["Resources"].items()
        if part["Type"] in HELD
    }
    return {"resources": resources, "pointer": body["Outputs"]["PointerName"]["Value"]}


def replaced(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """What a deploy over `before` would replace, delete, or stop to keep. New resources are fine."""
    pointer = {"pointer"} if before["pointer"] != now["pointer"] else set[str]()
    return pointer | {name for name, part in before["resources"].items() if now["resources"].get(name) != part}


def main() -> None:
    """Synthesise for an account, and keep what must stay."""
    found: dict[str, Any] = {}
    for stage in ("dev", "prod"):
        with tempfile.TemporaryDirectory() as directory:
            app.build(outdir=directory, context=context(stage=stage, bundle="false")).synth()
            found[stage] = held(Template(Path(directory), stage).body)
    SNAPSHOT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
