"""Another field, without another line of code: the second taxonomy, from `docs/taxonomies`, through a whole run."""

from collections.abc import Generator

import pytest
from rich.console import Console

from cli import ask, bringup, report, runs
from cli.settings import ROOT, choose_taxonomy
from cli.target import Target
from local import demo
from tests.local.conftest import EXAMPLES, GATE, Pipeline

DOCUMENTS = ROOT / "docs" / "taxonomies" / "document-search.yaml"
MODALITIES = ["text", "tables", "figures", "metadata"]


@pytest.fixture(scope="module")
def documents() -> Generator[Target]:
    """An embedded AWS of its own, with the app deployed for searching documents."""
    quiet = Console(quiet=True)
    try:
        with demo.cloud(quiet, DOCUMENTS) as found:
            bringup.deploy(quiet, found, gate=GATE)
            yield found
    finally:
        choose_taxonomy(ROOT / "taxonomy.yaml")


def test_given_another_taxonomy_then_a_run_ends_with_students_that_weigh_its_modalities(
    documents: Target,
) -> None:
    run = runs.start(documents, {"examples": EXAMPLES})
    end = Pipeline(documents).until(run, lambda seen: seen.over)
    assert end.status == "SUCCEEDED", f"{end.state}: {end.cause}"
    found = report.load(documents, run)
    assert found["dataset"]["kept"] >= 0.9 * EXAMPLES
    assert set(found["dataset"]["per_modality"]) == set(MODALITIES)
    answered = {candidate["name"]: candidate["valid"] for candidate in found["candidates"]}
    assert answered["distilled"] == answered["edge"] == 1.0
    assert runs.promoted(documents), found["reason"]
    answer = ask.ask(documents.route, "table of unemployment rates by region 2019")
    assert (answer.status, list(answer.body["weights"])) == (200, MODALITIES)
    assert ask.sums_to_one(answer.body["weights"])
