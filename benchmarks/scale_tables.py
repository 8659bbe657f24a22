"""The tables of docs/scale.md, from the model: a test holds the page against them."""

from collections.abc import Iterable, Sequence

from benchmarks.scale_model import Account, limits, load, month

_ITEMS = (
    *("API Gateway", "Lambda requests", "Lambda duration", "Bedrock tokens"),
    *("logs", "traces", "Parameter Store", "idle"),
)


def carries(accounts: Sequence[Account]) -> list[str]:
    """Each limit, and the rate that it carries, by mix."""
    found = [{limit.name: limit for limit in limits(account)} for account in accounts]
    rows = [
        (limit.name, *(_rate(each[limit.name].rate) for each in found), limit.move) for limit in limits(accounts[0])
    ]
    return _table(("limit", *(account.mix.name for account in accounts), "what moves it"), rows)


def needs(accounts: Sequence[Account], rates: Sequence[float]) -> list[str]:
    """Concurrency, its peak, tokens and pointer reads by rate and mix."""
    rows: list[tuple[str, ...]] = []
    for account in accounts:
        for rate in rates:
            asked = load(rate, account.mix, account.quotas)
            figures = (f"{asked.concurrency:,.1f}", f"{asked.peak:,}", f"{asked.reserved_per_minute:,.0f}")
            rows.append((account.mix.name, f"{rate:,.0f}", *figures, f"{asked.pointer_reads:,.1f}"))
    heads = ("mix", "requests a second", "concurrency", "peak", "tokens a minute, reserved", "pointer reads a second")
    return _table(heads, rows)


def costs(accounts: Sequence[Account], rates: Sequence[float]) -> list[str]:
    """USD a month, item by item."""
    rows: list[tuple[str, ...]] = []
    for account in accounts:
        for rate in rates:
            items = month(rate, account)
            shown = (f"{items[name]:,.0f}" for name in _ITEMS)
            rows.append((account.mix.name, f"{rate:,.0f}", *shown, f"**{sum(items.values()):,.0f}**"))
    return _table(("mix", "requests a second", *_ITEMS, "in all"), rows)


def _rate(rate: float) -> str:
    return "any" if rate > 1e6 else f"{rate:,.0f}"  # noqa: PLR2004  (more than any account)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]
