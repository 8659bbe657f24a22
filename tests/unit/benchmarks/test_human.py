"""A tiny run of the whole benchmark, and what it writes."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from benchmarks import contenders, human
from benchmarks.table import OWN, PLAIN
from intent.records import answer
from intent.weights import leading
from local.bedrock.models.types import Completion, Request
from tests.unit.samples import DOMAIN, MODALITIES, edge_student, leaning

pytestmark = pytest.mark.prove  # three fits of everything: 40 s
EVERY = {"top1", "top1_interval", "recall", "valid", "latency_us", "size_bytes"}
WEIGHED = {"mae", "dominant"}
TRUST = {"agreement", "kl", "mae_teacher", "ece", "coverage", "covered_agreement"}
STUDENT = TRUST | {"ece_label", "covered_top1", "synthetic"}
ALSO = {"edge": {"risk", "threshold", "install_bytes"}, "teacher": {"install_bytes"}}
VISUAL = answer(leaning("visual"))
SMALL = ("--examples", "140", "--no-peers")


def benchmark(folder: Path, *arguments: str) -> dict[str, Any]:
    """On every fifth query of the sample and every eighth of the weights, to save time."""
    out, files = folder / "report.json", list[str]()
    for name, path, step in (("--queries", human.QUERIES, 5), ("--weights", human.WEIGHTS, 8)):
        fewer = folder / path.name
        fewer.write_text("\n".join(path.read_text("utf-8").splitlines()[::step]), "utf-8")
        files += [name, str(fewer)]
    assert human.main([*SMALL, "--json", str(out), *files, *arguments]) == 0
    return json.loads(out.read_text("utf-8"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return benchmark(tmp_path_factory.mktemp("one"), "--plain")


def test_the_report_has_the_documented_shape(report: dict[str, Any]) -> None:
    assert list(report) == [*OWN, *PLAIN, "plain", "meta"]
    for name in OWN:
        wanted = EVERY | WEIGHED | (STUDENT if name in {"distilled", "edge"} else set[str]())
        assert set(report[name]) == wanted | ALSO.get(name, set[str]()), name
        assert set(report[name]["recall"]) == set(MODALITIES)
        assert set(report[name]["latency_us"]) == {"p50", "p99"}
        low, high = report[name]["top1_interval"]
        assert 0 <= low <= report[name]["top1"] <= high <= 1
    for name in ("distilled", "edge"):
        assert set(report[name]["synthetic"]) == TRUST


def test_the_students_of_plain_templates_have_the_same_figures_and_the_gain_over_them(report: dict[str, Any]) -> None:
    for name in PLAIN:
        own = name.removesuffix("_plain")
        assert set(report[name]) - {"gain"} == set(report[own])
        gain = report[name]["gain"]
        assert gain["top1"] == pytest.approx(report[own]["top1"] - report[name]["top1"], abs=1e-3)
        assert gain["agreement"] == pytest.approx(report[own]["agreement"] - report[name]["agreement"], abs=1e-3)
        for figure in ("top1", "agreement"):
            low, high = gain[f"{figure}_interval"]
            assert low <= gain[figure] <= high
    assert report["plain"]["distinct"] == report["plain"]["asked"] == 140


def test_the_figures_hang_together(report: dict[str, Any]) -> None:
    assert report["teacher"]["top1"] > report["edge"]["top1"] > report["static"]["top1"]
    assert report["edge"]["size_bytes"] < report["edge"]["install_bytes"] < report["teacher"]["size_bytes"] / 20
    assert report["teacher"]["size_bytes"] < report["teacher"]["install_bytes"]
    sizes = {name: report[name]["size_bytes"] for name in OWN}
    assert sizes["cascade"] == sizes["edge"] + sizes["distilled"]
    for name in OWN:
        recalled = sum(report[name]["recall"][m] * count for m, count in report["meta"]["per_modality"].items())
        assert recalled / report["meta"]["queries"] == pytest.approx(report[name]["top1"], abs=1e-3)
    assert report["meta"]["seeds"] == [7]
    assert "embedded" in report["meta"]["note"]


def test_given_more_seeds_then_medians_and_their_spread_are_told(
    report: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter((0.1, 0.4, 0.2))

    def measured(*_: object) -> dict[str, Any]:
        return {name: {**report[name], "kl": next(figures)} if name == "edge" else dict(report[name]) for name in OWN}

    made = SimpleNamespace(splits=SimpleNamespace(train=[], holdout=[]), seconds={"fit": 1.0})
    chosen = {"risk": 0.05, "threshold": 0.9}
    monkeypatch.setattr(human, "students", Mock(return_value=made))
    monkeypatch.setattr(human.threshold, "choose", Mock(return_value=chosen))
    monkeypatch.setattr(human, "contenders", Mock(return_value={}))
    monkeypatch.setattr(human, "measure", measured)
    again = benchmark(tmp_path, "--seeds", "3")
    assert [run["edge"]["kl"] for run in again["runs"]] == [0.1, 0.4, 0.2]
    assert again["spread"]["edge"]["kl"] == {"median": 0.2, "min": 0.1, "max": 0.4}
    assert again["edge"]["kl"] == 0.2
    assert again["meta"]["seeds"] == [7, 8, 9]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--queries", "absent.jsonl"), "absent.jsonl: cannot be read"), (("--examples", "20"), "examples: ")],
)
def test_given_what_cannot_be_measured_then_it_says_so_and_exits_with_2(
    arguments: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert human.main([*SMALL, "--json", str(tmp_path / "out.json"), *arguments]) == 2
    assert told in capsys.readouterr().err


class Visual:
    """A distilled student that always leads with visual, or breaks the contract."""

    def __init__(self, text: str) -> None:
        self._text = text

    def complete(self, request: Request) -> Completion:
        return Completion(self._text, "end_turn", len(request.user), 1)


@pytest.mark.parametrize(
    ("above", "text", "leads"),
    [(-0.1, VISUAL, "audio"), (0.0, VISUAL, "audio"), (0.1, VISUAL, "visual"), (0.1, "sorry", "audio")],
)
def test_given_a_threshold_then_the_cascade_answers_as_the_route_does(above: float, text: str, leads: str) -> None:
    edge = edge_student("audio")
    threshold = edge.predict("any").confidence + above
    given = contenders.cascade(edge, Visual(text), DOMAIN, threshold)("any").weights
    assert given is not None
    assert leading(given) == leads
