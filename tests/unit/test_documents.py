"""What documents name is there: tests of the threat model, files behind links, commands of the command line."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MODEL)))
SECTIONS = re.findall(r"^## (.+)$", MODEL, flags=re.MULTILINE)


@cache
def functions_in(path: str) -> set[str]:
    file = ROOT / path
    nodes = ast.walk(ast.parse(file.read_text("utf-8"))) if file.exists() else ()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def rows(section: str) -> list[list[str]]:
    text = MODEL.split(f"## {section}\n")[1].split("\n## ")[0]
    return [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| [STRIDE] \|", line)]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_the_threat_model_names_exists(path: str, name: str) -> None:
    assert name in functions_in(path)


def test_every_threat_has_an_answer_and_a_test() -> None:
    for section in SECTIONS:
        for row in rows(section):
            assert len(row) == 5, row
            assert all(cell.strip() for cell in row[:4]), row
            assert "::" in row[3], row


@pytest.mark.parametrize("section", SECTIONS)
def test_every_part_of_the_flow_is_looked_at_from_all_six_sides(section: str) -> None:
    assert {row[0].strip() for row in rows(section)} == set("STRIDE")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_to_a_file_leads_to_one_and_to_a_heading_that_is_there(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = target.partition("#")
        if "://" in target:
            continue
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        if heading and found.suffix == ".md":
            assert heading in headings(found), target


def headings(page: Path) -> set[str]:
    """Anchors as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}
