"""Every stage in every Region that is offered; and what NIST 800-53 would ask for beside what we have decided on."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Validations
from cdk_nag import NIST80053R5Checks

import app
from cdk.settings import REGIONS, STAGES
from tests.infra import guard
from tests.infra.conftest import context
from tests.infra.template import Template

REASONS = json.loads((Path(__file__).parent / "nist.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_keeps_every_rule_in_every_region(tmp_path: Path, stage: str, region: str) -> None:
    """That synthesis ends well means that cdk-nag found nothing that is not waived."""
    app.build(outdir=str(tmp_path), context=context(stage=stage, region=region, bundle="false")).synth()
    template = Template(tmp_path, stage)
    assert guard.broken(template.path) == {template.path.name: set()}
    others = [name for name in REGIONS if name != region]
    models = json.dumps(template.body).replace("inference-profile", "")
    assert not [name for name in others if f":states:{name}" in models or f":logs:{name}" in models]


def findings(folder: Path) -> dict[str, set[str]]:
    """What NIST 800-53 R5 finds in the dev stage: paths of constructs by rule."""
    built = app.build(outdir=str(folder), context=context(stage="dev", bundle="false"))
    Validations.of(built).add_plugins(NIST80053R5Checks(built))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        built.synth()
    report: dict[str, Any] = json.loads((folder / "validation-report.json").read_text())
    found: dict[str, set[str]] = {}
    for plugin in report["pluginReports"]:
        for broken in plugin["violations"]:
            if broken["ruleName"].startswith("NIST"):
                paths = {one.get("constructPath", "") for one in broken["violatingConstructs"]}
                found.setdefault(broken["ruleName"], set()).update(paths)
    return found


def test_what_nist_asks_for_beside_is_known_and_has_a_reason(tmp_path: Path) -> None:
    """A report, not a gate of the template: a finding of a rule without a reason, or a reason without a finding."""
    found = findings(tmp_path)
    print(*(f"{rule}: {len(paths)} x {REASONS.get(rule)}" for rule, paths in sorted(found.items())), sep="\n")  # noqa: T201  (the report)
    assert set(found) == set(REASONS)
    assert all(len(reason) > 30 for reason in REASONS.values())
