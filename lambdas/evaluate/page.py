"""The report as one self-contained page: no script, no network."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from evaluate.charts import scatter
from intent.weights import leading

TEMPLATES = Path(__file__).parent / "templates"
_NOTHING = "–"  # noqa: RUF001  (a dash in a table)
_ROLES = {
    "distilled": "the student that this run customised",
    "edge": "the small student inside the route function",
    "cascade": "what a route does: the edge student where it is sure, else the distilled one",
    "base": "the student before it was customised, with the teacher's prompt",
    "base-short": "the student before it was customised, with the student's own short prompt",
    "baseline": "the model that one would ask without this project, with the teacher's prompt",
    "teacher": "the model that weighed the queries, asked again",
    "keyword": "rules over cue words, no model",
    "static": "the same weights for every query",
    "active": "the version that was active before this run",
}


def render(report: Mapping[str, Any]) -> str:
    """HTML of a report as `report.build` makes it. Every value is escaped."""
    candidates = report["candidates"]
    return _template().render(
        report=report,
        latency=scatter(candidates, lambda one: one["latency_ms"]["p50"], 0.0005),  # ms: shown as 0.000 below
        cost=scatter(candidates, lambda one: one["cost_per_million_usd"], 0.0),
        bins=_bins(report["weight_errors"]["bounds"]),
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"number": _number, "figure": _figure, "share": _share, "between": _between}
    environment.filters |= {"change": _change, "lead": _lead, "role": _role}
    return environment.get_template("page.html.j2")


def _bins(bounds: Sequence[float]) -> list[str]:
    return [f"up to {bound}" for bound in bounds] + [f"over {bounds[-1]}"]


def _number(value: int) -> str:
    return f"{int(value):,}"  # int() names a value that is missing


def _figure(value: float | None, digits: int = 3) -> str:
    return _NOTHING if value is None else f"{value:,.{digits}f}"


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.1%}"


def _between(interval: Sequence[float], factor: float = 100, digits: int = 0) -> str:
    low, high = (f"{bound * factor:.{digits}f}" for bound in interval)
    return f"{low} to {high}"


def _role(name: str) -> str:
    return _ROLES.get(name, "another model, with the teacher's prompt")


def _lead(weights: Mapping[str, float]) -> str:
    name = leading(weights)
    return f"{name} {weights[name]:.2f}"


def _change(usd: float) -> str:
    return f"{round(usd, 2) + 0.0:+.2f}"  # no minus before a zero
