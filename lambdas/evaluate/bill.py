"""The receipt of a run: what it has cost, by the items of its estimate."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluate import judging
from intent import bill
from intent.plan import Plan
from intent.prices import PriceTable
from intent.runs import REPEAT, Keys
from intent.taxonomy import Taxonomy
from intent.tokens import tokens
from store.objects import Objects


def receipt(
    objects: Objects,
    keys: Keys,
    plan: Plan,
    *,
    manifest: Mapping[str, Any],
    candidates: Iterable[Mapping[str, Any]],
    taxonomy: Taxonomy,
    table: PriceTable,
) -> list[bill.Item]:
    """Reported: tokens of writing and answering. Computed: what Bedrock does not report, from the files of its jobs.

    `candidates`: figures with name, model, input_tokens and output_tokens. The job may have added pairs of its own: the
    invoice has the last word.
    """
    run = plan.run
    reply = bill.Texts.of(taxonomy).answer
    prompted, replied = _trained(objects.stream_lines(keys.split("train")), reply)
    judged = [_judged(objects, keys, name) for name in (*plan.judged, *([REPEAT] if run.repeated else ()))]
    online = manifest["calls_by_road"].get("online", 0)
    return [
        _written(manifest),
        *bill.job(run, table, "computed", prompted, replied),
        bill.priced("model_storage_month", "computed", table.storage.per_model_and_month),
        *bill.served(run, table, "computed"),
        _answered(candidates, table, free={"cascade", "distilled"} if run.serving.provisioned else {"cascade"}),
        bill.judged(run, table, "computed", sum(count for count, _ in judged), sum(read for _, read in judged)),
        bill.aws(run, table, "computed", online, candidates=len(plan.candidates), judged=len(plan.judged)),
    ]


def compare(estimated: Mapping[str, float], receipt: Sequence[bill.Item], cap: float) -> dict[str, Any]:
    """Estimate and receipt side by side: a row for each item that either has, and both totals. USD throughout."""
    found = {item.item: item for item in receipt}
    rows = [_row(name, estimated.get(name), found.get(name)) for name in {**dict.fromkeys(estimated), **found}]
    return {
        "items": rows,
        "estimate_usd": round(sum(estimated.values()), 4),
        "receipt_usd": round(bill.total(receipt), 4),
        "cap_usd": cap,
    }


def _row(name: str, estimated: float | None, item: bill.Item | None) -> dict[str, Any]:
    return {
        "item": name,
        "what": bill.ITEMS.get(name, name),
        "estimate_usd": estimated or 0.0,
        "receipt_usd": item.usd if item else 0.0,
        "difference_usd": round((item.usd if item else 0.0) - (estimated or 0.0), 4),
        "input_tokens": item.input_tokens if item else 0,
        "output_tokens": item.output_tokens if item else 0,
        "basis": item.basis if item else None,
    }


def _written(manifest: Mapping[str, Any]) -> bill.Item:
    tokens_read, tokens_written = manifest["input_tokens"], manifest["output_tokens"]
    return bill.priced("write_and_label", "reported", manifest["cost_usd"], tokens_read, tokens_written)


def _trained(lines: Iterable[bytes], reply: int) -> tuple[int, int]:
    """Tokens of the prompts and of the replies of a training file; a record without one is answered with `reply`."""
    prompted = replied = 0
    for line in lines:
        record = json.loads(line)
        texts = {turn["role"]: turn["content"][0]["text"] for turn in record["messages"]}
        prompted += tokens(record["system"][0]["text"]) + tokens(texts["user"])
        replied += tokens(texts["assistant"]) if "assistant" in texts else reply
    return prompted, replied


def _answered(candidates: Iterable[Mapping[str, Any]], table: PriceTable, *, free: set[str]) -> bill.Item:
    """`free`: whose tokens are not paid here. The cascade's are its students'; model units are paid by the hour."""
    asked = [one for one in candidates if one["model"] and one["name"] not in free]
    used = [(str(one["model"]), int(one["input_tokens"]), int(one["output_tokens"])) for one in asked]
    usd = sum(table.cost(*call) for call in used)
    return bill.priced("answer", "reported", usd, sum(call[1] for call in used), sum(call[2] for call in used))


def _judged(objects: Objects, keys: Keys, name: str) -> tuple[int, int]:
    """Answers of a candidate's judge jobs, and tokens of their queries, references and texts."""
    count = read = 0
    for part in range(1, judging.parts(objects, keys, name) + 1):
        for texts in judging.texts(objects.read_lines(keys.judge_input(name, part))):
            count += 1
            read += sum(tokens(text) for text in texts)
    return count, read
