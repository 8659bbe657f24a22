"""A run's report: read it from the bucket, show it as a table, copy it (and the data set) to `out/`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from cli.problems import NoAnswer
from cli.runs import Run
from cli.target import ROOT, Target
from intent.candidates import OTHERS

SPLITS = ("train", "validation", "holdout")
OUT = ROOT / "out"
Report = dict[str, Any]
_MISSING = "-"


def load(target: Target, run: Run) -> Report:
    """The run's `report.json`. NoAnswer while the run has not come that far."""
    return json.loads(_read(target, run.keys.report))


def copy(target: Target, run: Run, out: Path = OUT) -> list[Path]:
    """Copy the report to `out/report.json` and `out/report.html`, the data set to `out/dataset/`."""
    keys = run.keys
    sources = {"report.json": keys.report, "report.html": keys.page}
    sources |= {f"dataset/{key.rsplit('/', 1)[-1]}": key for key in map(keys.split, SPLITS)}
    sources["dataset/manifest.json"] = keys.manifest
    for name, key in sources.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_read(target, key))
    return [out / name for name in sources]


def show(console: Console, report: Report) -> None:
    """Print the table of candidates, the gate's rules that failed, and the verdict with its reason."""
    table = Table(title=f"Run {report['run_id']}", title_justify="left")
    table.add_column("candidate")
    for heading in (
        "leading\nmodality right",
        "weight\nerror",
        "judge\n(1-5)",
        "p50\nlatency",
        "cost per\nmillion routes",
    ):
        table.add_column(heading, justify="right")
    for candidate in report["candidates"]:
        table.add_row(*_row(candidate))
    console.print(table)
    lines = [f"  not met: {rule['rule']}: {_found(rule)} (bound {rule['bound']})" for rule in _failed(report["gate"])]
    lines.append(f"Verdict: {report['verdict']}. {report.get('reason') or ''}".rstrip())
    if report.get("embedded"):
        lines.append(report.get("note") or "Measured with small embedded models, not with Nova.")
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _row(candidate: Mapping[str, Any]) -> tuple[str, ...]:
    latency = (candidate.get("latency_ms") or {}).get("p50")
    return (
        _name(candidate),
        _figure(candidate.get("top1"), "{:.1%}"),
        _figure(candidate.get("mae"), "{:.4f}"),
        _figure(candidate.get("judge"), "{:.2f}"),
        _figure(latency, "{:.2f} ms" if latency is not None and latency < 1 else "{:.0f} ms"),
        _figure(candidate.get("cost_per_million_usd"), "${:,.2f}"),
    )


def _name(candidate: Mapping[str, Any]) -> str:
    """With the model of those that are named for the run: their names do not say it."""
    name = str(candidate["name"])
    return f"{name}: {candidate['model']}" if name in OTHERS else name


def _figure(value: float | None, form: str) -> str:
    return _MISSING if value is None else form.format(value)


def _failed(gate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [rule for rule in gate["rules"] if not rule["passed"]]


def _found(rule: Mapping[str, Any]) -> object:
    return rule.get("note") if rule["figure"] is None else rule["figure"]


def _read(target: Target, key: str) -> bytes:
    try:
        return target.client("s3").get_object(Bucket=target.output("DataBucketName"), Key=key)["Body"].read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchKey":
            raise
        raise NoAnswer(f"This run has not written {key} (yet). Follow it with: router watch") from None
