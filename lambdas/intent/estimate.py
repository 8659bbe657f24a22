"""What a run is expected to cost, and at most, before it starts: `intent.bill` on texts like those it will make."""

from collections.abc import Sequence

from intent import bill, candidates, prompts
from intent.plan import MAX_EXAMPLES, MAX_RESPONSE, MIN_JOB, Batch, Run, spare_calls
from intent.pointer import Pointer
from intent.prices import PriceTable
from intent.taxonomy import Taxonomy
from intent.tokens import tokens

_BASIS: bill.Basis = "estimated"


def estimate(
    run: Run, batches: Sequence[Batch], taxonomy: Taxonomy, table: PriceTable, active: Pointer | None = None
) -> list[bill.Item]:
    """What the run is expected to cost, for the batches as planned. KeyError names a model without a price.

    `active`: the version in service, which answers too; it is priced as if its edge student answered nothing.
    """
    texts, names = bill.Texts.of(taxonomy), candidates.names(run.others, active)
    judged = sum(name in run.judged for name in names)
    rated = judged * run.holdout + run.repeated
    steps = 0 if _by_job(run, batches) else len(batches)
    return [
        _writing(run, batches, taxonomy, table),
        *_job(run, taxonomy, table, pairs=run.training, reply=texts.answer),
        bill.priced("model_storage_month", _BASIS, table.storage.per_model_and_month),
        *bill.served(run, table, _BASIS),
        _answering(run, texts, table, active),
        bill.judged(run, table, _BASIS, rated, rated * (bill.QUERY_TOKENS + 2 * texts.answer)),
        bill.aws(run, table, _BASIS, steps, candidates=len(names), judged=judged),
    ]


def at_most(
    run: Run, batches: Sequence[Batch], taxonomy: Taxonomy, table: PriceTable, active: Pointer | None = None
) -> float:
    """USD that the run may cost if it uses up what it may use.

    Above the estimate: topping up to the call budget, each call for a full batch at the full price; and a distillation
    job that fills the data up to Bedrock's 15,000 pairs (its guide allows that) with answers of the greatest length.
    """
    worst = {item.item: item for item in estimate(run, batches, taxonomy, table, active)}
    more = [batch.model_copy(update={"count": run.batch_size}) for batch in batches[:1]] * spare_calls(run, batches)
    topping = _writing(run.model_copy(update={"road": "online"}), more, taxonomy, table)
    if run.customization == "DISTILLATION":
        filled = _job(run, taxonomy, table, pairs=MAX_EXAMPLES["DISTILLATION"], reply=MAX_RESPONSE)
        worst |= {item.item: item for item in filled}
    return bill.total([*worst.values(), topping])


def _writing(run: Run, batches: Sequence[Batch], taxonomy: Taxonomy, table: PriceTable) -> bill.Item:
    texts = bill.Texts.of(taxonomy)
    requests = sum(tokens(prompts.writer_request(b.cell, count=b.count, seed=b.seed)) for b in batches)
    read, wrote = len(batches) * texts.writer + requests, sum(batch.count for batch in batches) * texts.line
    share = table.batch.share if _by_job(run, batches) else 1
    return bill.priced("write_and_label", _BASIS, share * table.cost(run.teacher, read, wrote), read, wrote)


def _by_job(run: Run, batches: Sequence[Batch]) -> bool:
    return run.road == "batch" and len(batches) >= MIN_JOB


def _job(run: Run, taxonomy: Taxonomy, table: PriceTable, *, pairs: int, reply: int) -> list[bill.Item]:
    prompt = bill.Texts.of(taxonomy).student + bill.QUERY_TOKENS
    return bill.job(run, table, _BASIS, pairs * prompt, pairs * reply)


def _answering(run: Run, texts: bill.Texts, table: PriceTable, active: Pointer | None) -> bill.Item:
    prompts_of = {"short": texts.student, "long": texts.teacher}
    calls: list[tuple[str, int]] = []
    for name in candidates.names(run.others, active):
        prompt, model = candidates.prompt_of(name), candidates.model_of(name, run.models, active)
        by_the_hour = name == "distilled" and run.serving.provisioned
        if prompt and model and not by_the_hour:
            calls.append((model, run.holdout * (prompts_of[prompt] + bill.QUERY_TOKENS)))
    said = run.holdout * texts.stopped
    usd = sum(table.cost(model, given, said) for model, given in calls)
    return bill.priced("answer", _BASIS, usd, sum(given for _, given in calls), len(calls) * said)
