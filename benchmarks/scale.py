"""`python -m benchmarks.scale`: what breaks first at which traffic, what it costs, and how far a simulation agrees.

Arithmetic (benchmarks/scale_model.py) over settings; docs/scale.md says which are measured, documented or assumed.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.output import tell
from benchmarks.scale_chart import svg
from benchmarks.scale_model import Account, Mix, Quotas, limits, load, month
from benchmarks.scale_simulation import simulate
from benchmarks.scale_tables import carries, costs, needs
from cli import plan

RATES = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)
MIXES = (Mix(), Mix(name="distilled", edge=0.0), Mix(name="edge", edge=1.0))
EXAMPLES = (140, 1_000, 10_000, 15_000)
_PER_DECADE = 4
_UNLIMITED = Quotas(tokens_per_minute=1e12)
DEMANDS = (0.5, 0.9, 1.0, 1.25, 1.5, 2.0, 4.0)  # tokens asked for, as a multiple of the quota


def level(rate: float, account: Account) -> dict[str, Any]:
    """One traffic level: needs, cost, and the limits that it passes, the lowest first."""
    costs = month(rate, account)
    passed = [limit for limit in limits(account) if limit.rate < rate]
    return {
        **asdict(load(rate, account.mix, account.quotas)),
        "usd_a_month": {"in all": round(sum(costs.values()), 2), **{k: round(v, 2) for k, v in costs.items()}},
        "breaks": [limit.name for limit in passed],
        "move": [limit.move for limit in passed],
    }


def modelled(mix: Mix) -> dict[str, Any]:
    """Limits and traffic levels of one mix."""
    account = Account(mix=mix)
    found = [{"name": limit.name, "carries": _whole(limit.rate), "move": limit.move} for limit in limits(account)]
    return {"limits": found, "levels": [level(rate, account) for rate in RATES]}


def agreement(seconds: float) -> dict[str, Any]:
    """Model beside simulation: concurrency where nothing is short, and who answers where the quota is."""
    always = replace(MIXES[0], edge=0.0)
    free: list[dict[str, Any]] = []
    for mix, rate in ((MIXES[0], 1_000.0), (always, 10.0), (always, 100.0), (always, 300.0)):
        seen, said = simulate(rate, seconds, mix, _UNLIMITED), load(rate, mix, _UNLIMITED)
        free.append(
            {
                "mix": "cascade" if mix.edge else "distilled",
                "rate": rate,
                "concurrency": {"model": round(said.concurrency, 2), "simulation": round(seen.concurrency, 2)},
                "peak": {"model": said.peak, "simulation": seen.peak},
            }
        )
    return {"free": free, "short": [_short(demand, always, seconds) for demand in DEMANDS]}


def _short(demand: float, mix: Mix, seconds: float) -> dict[str, float]:
    rate = 100.0
    needs = load(rate, mix, _UNLIMITED).reserved_per_minute
    seen = simulate(rate, seconds, mix, Quotas(tokens_per_minute=needs / demand))
    answered = seen.outcomes["distilled"] / seen.outcomes.total()
    return {
        "demand": demand,
        "model": round(min(1.0, 1.0 / demand), 3),
        "simulation": round(answered, 3),
        "of the quota": round(answered * demand, 3),
    }


def runs() -> list[dict[str, Any]]:
    """What a run costs by its size: estimate and worst case, of the default settings."""
    found: list[dict[str, Any]] = []
    for examples in EXAMPLES:
        outlook = plan.think_through({"examples": examples}, stage="dev")
        usd = round(sum(item.usd for item in outlook.items), 2)
        found.append({"examples": examples, "usd": usd, "at most": round(outlook.most, 2)})
    return found


def chart() -> str:
    """Cost and concurrency of two mixes."""
    steps = round(math.log10(RATES[-1]) * _PER_DECADE)
    rates = [10 ** (step / _PER_DECADE) for step in range(steps + 1)]
    lines: dict[str, list[float]] = {}
    for mix in MIXES[:2]:
        account = Account(mix=mix)
        lines[f"USD, {mix.name}"] = [sum(month(rate, account).values()) for rate in rates]
        lines[f"peak, {mix.name}"] = [load(rate, mix, account.quotas).peak for rate in rates]
    return svg("Cost a month and peak concurrency over requests a second", rates, lines)


def tables() -> list[list[str]]:
    """The three tables of docs/scale.md."""
    accounts = [Account(mix=mix) for mix in MIXES]
    return [carries(accounts), needs(accounts[:2], RATES), costs(accounts, RATES)]


def _whole(rate: float) -> float | None:
    return None if math.isinf(rate) else round(rate, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the result here")
    parser.add_argument("--svg", type=Path, help="write the chart here")
    parser.add_argument("--seconds", type=float, default=600, help="simulated time for each row")
    given = parser.parse_args(arguments)
    found = {
        "assumed": {"mixes": [asdict(mix) for mix in MIXES], "quotas": asdict(Quotas())},
        "model": {mix.name: modelled(mix) for mix in MIXES},
        "simulation": agreement(given.seconds),
        "runs": runs(),
    }
    for table in tables():
        print("\n".join([*table, ""]))
    tell({name: found[name] for name in ("simulation", "runs")}, None)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    if given.svg:
        given.svg.write_text(chart(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
