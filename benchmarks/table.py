"""A report's main figures as a table for the terminal, 80 columns wide."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

OWN = ("teacher", "distilled", "edge", "cascade", "keyword", "static")
PLAIN = ("distilled_plain", "edge_plain")
_COLUMNS = ("top-1", "95 %", "p50 us", "p99 us", "size", "agree", "ece", "cover")
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def table(report: Mapping[str, Any]) -> Table:
    """One row per contender with the size of its model, one per peer with the size of what it installs."""
    meta = report["meta"]
    title = f"{meta['queries']} queries, {meta['examples']:,} examples, {len(meta['seeds'])} seed(s)"
    shown = Table(title=title, box=None, pad_edge=False)
    shown.add_column("")
    for name in _COLUMNS:
        shown.add_column(name, justify="right", no_wrap=True)
    for name in (*OWN, *PLAIN):
        if name in report:
            shown.add_row(name, *_cells(report[name]))
    for name, figures in report.get("peers", {}).items():
        shown.add_row(name, *(["-"] if "skipped" in figures else _cells(figures)))
    gains = [f"{name}: {_gain(report[name]['gain'])}" for name in PLAIN if name in report]
    shown.caption = "\n".join(["gain of our training data over plain templates", *gains]) if gains else None
    return shown


def _gain(found: Mapping[str, Any]) -> str:
    low, high = found["top1_interval"]
    return f"top-1 {found['top1']:+.3f} ({low:+.2f} to {high:+.2f}), agreement {found['agreement']:+.3f}"


def _cells(figures: Mapping[str, Any]) -> Iterator[str]:
    low, high = figures["top1_interval"]
    yield f"{figures['top1']:.3f}"
    yield f"{low:.2f}-{high:.2f}"
    yield f"{figures['latency_us']['p50']:,.0f}"
    yield f"{figures['latency_us']['p99']:,.0f}"
    yield _size(figures.get("size_bytes", figures.get("install_bytes", 0)))
    for name in ("agreement", "ece", "coverage"):
        value = figures.get(name)
        yield "" if value is None else f"{value:.3f}"


def _size(count: float) -> str:
    return next((f"{count / unit:.1f} {name}" for unit, name in _UNITS if count >= unit), f"{count:.0f} B")
