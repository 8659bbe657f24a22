"""Record the payloads anew: `PYTHONPATH=.:lambdas python -m tests.unit.intent.engines.record`. Read the diff."""

import json

from intent.engines import compile as compiled
from tests.unit.intent.engines.samples import CASES, bindings, every_form, golden


def recorded(engine: str) -> str:
    """All cases of one engine as JSON text."""
    found = {case: compiled(decision, engine, bindings(engine)) for case, decision in CASES.items()}
    if engine.startswith("opensearch"):
        named = {**bindings(engine), "pipeline": "intent-router"}
        found["stored pipeline"] = compiled(CASES["all modalities"], engine, named)
    return json.dumps(found, indent=2) + "\n"


if __name__ == "__main__":
    for name in every_form():
        golden(name).write_text(recorded(name), "utf-8")
