"""`targets`: the decision as payloads that an engine takes as they are."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intent import engines
from route import targets

from .test_endpoints import call, many, serve

__all__ = ["serve"]

Serve = Callable[..., None]
BINDINGS = {
    "opensearch": {
        "index": "videos",
        "targets": {
            "visual": {"field": "visual_vec"},
            "audio": {"field": "audio_vec"},
            "transcription": {"field": "speech_vec"},
            "metadata": {"kind": "text", "field": ["title", "caption"]},
        },
        "filters": {"timestamp": {"field": "year"}},
    }
}


@pytest.fixture(autouse=True)
def bindings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The deployment's file; absent unless a test writes it."""
    file = tmp_path / "bindings.json"
    monkeypatch.setattr(targets, "_BINDINGS", file)
    vars(targets)["_bindings"].cache_clear()
    yield file
    vars(targets)["_bindings"].cache_clear()


def one(**body: Any) -> dict[str, Any]:
    status, answer = call("POST", "/route", {"query": "rain on a tin roof 1984", **body})
    assert status == 200
    return answer


def test_given_no_target_then_nothing_is_compiled(serve: Serve) -> None:
    assert one()["engines"] == {}


def test_given_a_target_then_its_payload_carries_weights_fields_and_filters(serve: Serve, bindings: Path) -> None:
    bindings.write_text(json.dumps(BINDINGS))
    answer = one(targets=["opensearch"])
    text = json.dumps(answer["engines"]["opensearch"]["payload"])
    for expected in ("visual_vec", "speech_vec", "caption", "year", "1984"):
        assert expected in text
    assert [warning for warning in answer["warnings"] if "opensearch" in warning] == []


def test_given_a_target_with_its_version_then_the_engines_bindings_hold_for_it(serve: Serve, bindings: Path) -> None:
    bindings.write_text(json.dumps(BINDINGS))
    assert "visual_vec" in json.dumps(one(targets=["opensearch@2.19"])["engines"]["opensearch@2.19"]["payload"])


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_given_any_engine_without_bindings_then_it_is_compiled_with_a_warning(serve: Serve, engine: str) -> None:
    answer = one(targets=[engine])
    assert answer["engines"][engine]["engine"] == engine.partition("@")[0]
    assert engine == "weights_vector" or any(f"targets: {engine}: " in warning for warning in answer["warnings"])


def test_given_a_version_then_its_form_comes_out(serve: Serve) -> None:
    answer = one(targets=["opensearch@2.19", "opensearch"])
    assert set(answer["engines"]) == {"opensearch@2.19", "opensearch"}
    assert answer["engines"]["opensearch@2.19"]["version"] == "2.10"


def test_given_an_engine_that_there_is_not_then_400_names_those_that_there_are(serve: Serve) -> None:
    for status, answer in (
        call("POST", "/route", {"query": "q", "targets": ["solr"]}),
        call("POST", "/route/batch", {"queries": ["q"], "targets": ["solr"]}),
    ):
        assert (status, answer["code"]) == (400, "invalid_request")
        assert answer["message"].startswith("targets: ")
        assert "opensearch" in answer["message"]


def test_given_bindings_that_do_not_fit_then_the_weights_are_still_answered(serve: Serve, bindings: Path) -> None:
    bindings.write_text(json.dumps({"qdrant": {"targets": {"smell": {"field": "x"}}}}))
    answer = one(targets=["qdrant", "weights_vector"])
    assert list(answer["engines"]) == ["weights_vector"]
    assert any("could not be compiled" in warning for warning in answer["warnings"])


def test_given_a_batch_then_each_result_has_its_payload(serve: Serve) -> None:
    results = many("one", "two", targets=["weights_vector"])[1]["results"]
    assert [set(result["engines"]) for result in results] == [{"weights_vector"}] * 2
