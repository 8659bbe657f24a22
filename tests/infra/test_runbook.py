"""Each alarm of the template has its section in the runbook, and each section its alarm."""

import re

import pytest

from tests.infra.conftest import ROOT
from tests.infra.template import Template

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
SECTIONS = dict(zip(*[iter(re.split(r"^## (\w+)$", RUNBOOK, flags=re.MULTILINE)[1:])] * 2, strict=True))
PARTS = ("**Means:**", "**First look:**", "**Causes:**", "**Fix:**", "**Roll back:**")
_ID = re.compile(r"Monitoring(\w+?)[0-9A-F]{8}")


def alarms(template: Template) -> dict[str, str]:
    """Description by name, which is the construct's."""
    found: dict[str, str] = {}
    for logical, alarm in template.of("AWS::CloudWatch::Alarm").items():
        name = _ID.fullmatch(logical)
        assert name, logical
        found[name[1]] = alarm["Properties"]["AlarmDescription"]
    return found


def test_every_alarm_has_a_section_and_every_section_an_alarm(each: Template) -> None:
    assert set(SECTIONS) == set(alarms(each))


def test_every_alarm_names_its_section(each: Template) -> None:
    for name, description in alarms(each).items():
        assert description.endswith(f"docs/runbook.md#{name.lower()}"), description


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_section_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    text = SECTIONS[name]
    places = [text.find(part) for part in PARTS if part in text or part != "**Fix:**"]
    assert -1 not in places, f"{name} lacks one of {PARTS}"
    assert places == sorted(places)
    assert "**Fix:**" in text or "| fix |" in text
    assert "```bash" in text.split("**Causes:**")[0], "commands to look with"


def test_every_log_group_that_is_read_is_one_of_the_stack(each: Template) -> None:
    for kind, start in re.findall(r"\$\(of (AWS::\w+::\w+) (\w+)\)", RUNBOOK):
        assert [name for name in each.of(kind) if name.startswith(start)], f"{kind} {start}"


def test_every_output_that_is_read_is_one_of_the_stack(each: Template) -> None:
    assert set(re.findall(r"\$\(out (\w+)\)", RUNBOOK)) <= set(each.body["Outputs"])


def test_the_errors_of_a_run_that_are_explained_are_those_that_there_are() -> None:
    sources = [ROOT / "stepfunctions" / "pipeline.asl.json", *(ROOT / "lambdas").rglob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    table = SECTIONS["RunFailed"].split("| error | what it is | fix |")[1].split("**Fix:**")[0]
    named = {
        name for row in table.splitlines() for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1] if row else "")
    }
    refused = set(re.findall(r"Rejected\(\s*\"([A-Z]\w+)\"", code))
    assert refused <= named
    assert {name for name in named if f'"{name}"' not in code and f"'{name}'" not in code} == set()
    assert {name for name in re.findall(r'"error": "(\w+)"', code) if name[0].isupper()} <= named
