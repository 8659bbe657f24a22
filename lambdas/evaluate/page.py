"""The report as one self-contained page: no script, no network."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from intent.weights import leading


def render(report: Mapping[str, Any]) -> str:
    """HTML of a report as `report.build` makes it. Every value is escaped."""
    return _template().render(report=report)


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"figure": _figure, "share": _share, "change": _change, "lead": _lead}
    return environment.get_template("page.html.j2")


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"  # noqa: RUF001  (a dash in a table)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"  # noqa: RUF001  (a dash in a table)


def _lead(weights: Mapping[str, float]) -> str:
    name = leading(weights)
    return f"{name} {weights[name]:.2f}"


def _change(usd: float) -> str:
    return f"{round(usd, 2) + 0.0:+.2f}"  # no minus before a zero
