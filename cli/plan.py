"""What a run would cost, and whether it would be refused, worked out on this machine: no AWS, embedded or not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cli.problems import Refused
from cli.settings import ROOT, choose_taxonomy, of_stage
from generate.plan import first_batches
from generate.preflight import check_gate, check_models
from generate.request import Rejected, resolve
from intent import bill, gatefile, prices, taxonomy
from intent.estimate import at_most, estimate
from intent.models import AS_OF, as_published
from intent.plan import Batch, Run


@dataclass(frozen=True)
class Outlook:
    """A run that was thought through. `objection`: why it would be refused; `notes`: what else there is to know."""

    run: Run
    batches: Sequence[Batch]
    items: Sequence[bill.Item]
    most: float
    objection: str | None
    notes: Sequence[str]


def think_through(given: Mapping[str, Any], *, stage: str, prices_file: Path | None = None) -> Outlook:
    """The outlook of a run with the execution input `given`. Raises Refused for input or prices that are wrong."""
    try:
        settings = of_stage(stage)
        choose_taxonomy(ROOT / settings.taxonomy)
        gatefile.choose(ROOT / settings.gate)
        check_gate()
        table = prices.put_over(prices.load(), settings.prices)
        if prices_file:
            table = prices.put_over(table, _read(prices_file))
        wanted = resolve(given, settings.run_defaults)
        run, objection, notes = _with_usable_models(wanted, datetime.now(UTC))
        domain = taxonomy.load()
        batches = first_batches(run, domain)
        items, most = estimate(run, batches, domain, table), at_most(run, batches, domain, table)
    except (ValueError, Rejected) as error:
        raise Refused(str(error)) from None
    except KeyError as error:
        raise Refused(str(error.args[0])) from None
    if most > run.max_cost_usd:
        above = f"it may cost {most:.2f} USD, above max_cost_usd {run.max_cost_usd:.2f}"
        objection = f"{objection}; {above}" if objection else above
    return Outlook(run, batches, items, most, objection, notes)


def show(console: Console, outlook: Outlook) -> None:
    """Print the bill item by item, the cap, the calls, and what is known of the models' life-cycles."""
    console.print(_bill(outlook))
    more = Table.grid(padding=(0, 2))
    for name, text in _more(outlook):
        more.add_row(name, text)
    console.print(more, highlight=False)
    if outlook.objection:
        console.print(f"\nIt would be refused: {outlook.objection}", style="red", highlight=False, markup=False)
    else:
        console.print("\nIt may start.", highlight=False)


def _bill(outlook: Outlook) -> Table:
    run = outlook.run
    title = f"{run.examples:,} examples, {run.customization}, {run.mode}, {run.road}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_footer=True, pad_edge=False)
    table.add_column("item", footer="in all")
    table.add_column("what")
    table.add_column("tokens in", justify="right")
    table.add_column("out", justify="right")
    table.add_column("USD", justify="right", footer=f"{bill.total(outlook.items):.2f}")
    for item in outlook.items:
        counts = (f"{count:,}" if count else "" for count in (item.input_tokens, item.output_tokens))
        table.add_row(item.item, bill.ITEMS[item.item], *counts, f"{item.usd:.2f}")
    return table


def _more(outlook: Outlook) -> list[tuple[str, str]]:
    run, batches = outlook.run, outlook.batches
    sizes = sorted({batch.count for batch in batches})
    mixed = sum(batch.count for batch in batches if "second" in batch.cell)
    filled = " and a job that fills the data up to 15,000 pairs" if run.customization == "DISTILLATION" else ""
    return [
        ("cap", f"{run.max_cost_usd:.2f} USD"),
        ("at most", f"{outlook.most:.2f} USD, with {run.call_budget:g} times the calls for writing{filled}"),
        ("calls", f"{len(batches):,} for writing, of {sizes[0]} to {sizes[-1]} queries; {mixed:,} queries are mixed"),
        ("data", f"{run.training:,} for training, {run.validation:,} for validation, {run.holdout:,} held out"),
        *(("models", note) for note in outlook.notes),
        ("known", f"tokens are estimated; life-cycles are those published on {AS_OF}"),
    ]


def _with_usable_models(run: Run, now: datetime) -> tuple[Run, str | None, list[str]]:
    """The run as it would start, why it would not, and notes; by what is known without asking Bedrock."""
    try:
        checked = check_models(run, as_published, now)
    except Rejected as rejected:
        return run, str(rejected), []
    notes = [f"{entry['role']}: {entry['to']} instead of {entry['from']}" for entry in checked.substituted]
    return checked.run, None, notes + checked.warnings


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise Refused(f"{path} must hold a JSON object, as lambdas/intent/prices.json does")
    return found
