"""A run whose eight candidates have answered 20 held-out queries."""

from typing import Any

import pytest

from evaluate import data, judging
from evaluate.responses import Response
from intent.candidates import CANDIDATES, JUDGED
from intent.plan import Plan
from intent.records import conversation
from intent.runs import REPEAT, Keys
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import MODALITIES, RUN_ID, leaning, plan

from .samples import held, judged, response

KEYS = Keys(RUN_ID)
HELD = [held(number) for number in range(20)]
TRAINING = [conversation(f"query number {number}", system="Weigh.", assistant="{}") for number in range(113)]
VALIDATION: dict[str, Any] = {"confidence": [0.9] * 100 + [0.3] * 100, "right": [True] * 100 + [False] * 100}
NONE_LOST = dict.fromkeys(("duplicates", "exact_duplicates", "near_duplicates", "invalid", "off_cell", "lost"), 0)
MANIFEST: dict[str, Any] = {
    "asked": 140,
    "kept": 140,
    **NONE_LOST,
    "surplus": 0,
    "quarantine": {},
    "per_domain": {"film": 140},
    "per_style": {"mood": 80, "quote": 60},
    "per_length": {"short": 140},
    "families": {name: {"asked": 35, "kept": 35, **NONE_LOST} for name in MODALITIES},
    "batches": {"asked": 6, "written": 6, "unusable": 0},
    "calls": 6,
    "train": 113,
    "validation": 7,
    "holdout": 20,
    "input_tokens": 1000,
    "output_tokens": 100,
    "cost_usd": 0.25,
    "calls_by_road": {"online": 6},
    "cells": [
        {"leading": name, "domain": "film", "style": style, "length": "short", "asked": kept, "kept": kept, **NONE_LOST}
        for name in MODALITIES
        for style, kept in (("mood", 20), ("quote", 15))
    ],
    "diversity": {"content_words": 1234, "distinct_2": 0.5},
    "seed": 7,
    "road": "online",
    "teacher": "t",
    "prompt_version": "p",
    "sha256": {"train": "d"},
    "per_modality": dict.fromkeys(MODALITIES, 35),
    "mean_weights": dict.fromkeys(MODALITIES, 0.25),
}


@pytest.fixture
def objects(aws: dict[str, Any]) -> Objects:
    """The bucket once the data set is ready."""
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(KEYS.plan, plan().model_dump(mode="json"))
    objects.write_json(KEYS.manifest, MANIFEST)
    objects.write_lines(KEYS.split("train"), TRAINING)
    objects.write_json(KEYS.edge_metrics, {"top1": 0.9})
    objects.write_json(KEYS.edge_validation, VALIDATION)
    objects.write_lines(KEYS.examples("holdout"), (example.model_dump_json() for example in HELD))
    return objects


@pytest.fixture
def answered(objects: Objects) -> Plan:
    """And once every candidate has answered; in two chunks, the students faster than the baseline."""
    given: dict[str, list[Response]] = {}
    for name in CANDIDATES:
        short = name in ("distilled", "base", "base-short")
        tokens: dict[str, Any] = {"input_tokens": 40, "output_tokens": 10} if short else {}
        if name in ("baseline", "teacher"):
            tokens = {"input_tokens": 600, "output_tokens": 60}
        ms = 5.0 if name in ("distilled", "edge") else 50.0
        sure = {"confidence": 0.9 if name == "edge" else None}
        answers = [response(n, leaning(MODALITIES[n % 4]), latency_ms=ms, **tokens, **sure) for n in range(20)]
        data.keep_chunk(objects, KEYS, name, 1, answers[:15])
        data.keep_chunk(objects, KEYS, name, 2, answers[15:])
        given[name] = answers
    judging.write_inputs(objects, KEYS, plan(), given)
    return plan()


@pytest.fixture
def rated(objects: Objects, answered: Plan) -> Plan:
    """And once the judge jobs have written their output."""
    for name in CANDIDATES:
        data.join_chunks(objects, KEYS, name, 2)
    for name in (*JUDGED, REPEAT):
        folder = f"{KEYS.judge_output(name)}job/uuid/models/{name}/taskTypes/General/datasets/holdout/"
        objects.write_lines(f"{folder}output.jsonl", (judged(example.query, 1.0) for example in HELD))
        objects.write_lines(f"{KEYS.judge_output(name)}job/uuid/custom_metrics/m.jsonl", ['{"no": "record"}'])
    return answered
