"""A run's report: read it from the bucket, show it as a table, copy it (and the data set) to `out/`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from cli.problems import NoAnswer
from cli.runs import Run
from cli.tables import narrow
from cli.target import ROOT, Target
from intent.candidates import OTHERS

SPLITS = ("train", "validation", "holdout")
OUT = ROOT / "out"
Report = dict[str, Any]
_MISSING = "-"


def load(target: Target, run: Run) -> Report:
    """The run's `report.json`. NoAnswer, with how the run stands, if it has none."""
    return json.loads(_read(target, run, run.keys.report))


def copy(target: Target, run: Run, out: Path = OUT) -> list[Path]:
    """Copy the report to `out/report.json` and `out/report.html`, the data set to `out/dataset/`."""
    keys = run.keys
    sources = {"report.json": keys.report, "report.html": keys.page}
    sources |= {f"dataset/{key.rsplit('/', 1)[-1]}": key for key in map(keys.split, SPLITS)}
    sources["dataset/manifest.json"] = keys.manifest
    for name, key in sources.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_read(target, run, key))
    return [out / name for name in sources]


def show(console: Console, report: Report) -> None:
    """Print the verdict with its reason, the table of candidates, the gate's rules that failed, and the bill."""
    _say(console, f"Verdict: {report['verdict']}. {report.get('reason') or ''}".rstrip())
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
    for line in _gate(report["gate"]["rules"]):
        _say(console, line)
    if bill := report.get("bill"):
        console.print(_bill(bill))
    if report.get("embedded"):
        _say(console, report.get("note") or "Measured with small embedded models, not with Nova.")


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)


def _gate(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many rules hold, and one line for each that does not."""
    applying = [rule for rule in rules if rule.get("applies", True)]
    lost = [rule for rule in applying if not rule["passed"]]
    idle = len(rules) - len(applying)
    rest = f"; {idle} do not apply" if idle else ""
    counted = f"Gate: {len(applying) - len(lost)} of {len(applying)} rules hold{rest}."
    return [counted, *(f"  not met: {rule['rule']}: {_found(rule)} (bound {rule['bound']})" for rule in lost)]


def _found(rule: Mapping[str, Any]) -> object:
    return (rule.get("note") or "no figure") if rule["figure"] is None else rule["figure"]


def _bill(bill: Mapping[str, Any]) -> Table:
    """Estimate beside receipt, item by item."""
    table = narrow("Bill, USD", "what was paid", ">estimate", ">receipt", "known by")
    for row in bill["items"]:
        table.add_row(
            row["what"], f"{row['estimate_usd']:.2f}", f"{row['receipt_usd']:.2f}", row["basis"] or "not used"
        )
    cap = f"of at most {bill['cap_usd']:.2f}"
    table.add_row("in all", f"{bill['estimate_usd']:.2f}", f"{bill['receipt_usd']:.2f}", cap)
    return table


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


def _read(target: Target, run: Run, key: str) -> bytes:
    try:
        return target.client("s3").get_object(Bucket=target.output("DataBucketName"), Key=key)["Body"].read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchKey":
            raise
    raise NoAnswer(_why_none(target, run))


def _why_none(target: Target, run: Run) -> str:
    try:
        found = target.client("stepfunctions").describe_execution(executionArn=run.arn)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in ("ExecutionDoesNotExist", "InvalidArn"):
            raise
        return f"No run is called {run.name}."
    if found["status"] == "RUNNING":
        return f"Run {run.name} has not written its report yet. Follow it with: router watch {run.name}"
    cause = f": {found['cause']}" if found.get("cause") else ""
    return f"Run {run.name} ended as {found['status']} and left no report{cause}"
