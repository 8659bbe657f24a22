"""The link to a page: signed as KMS wants it, short-lived, and only where somebody asked for it (moto)."""

import io
import json
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli import link, main, report, runs
from cli.problems import NoAnswer
from cli.runs import Run
from cli.target import Target
from local.cloud import Cloud

from .test_report import REPORT

ARN = "arn:aws:states:eu-west-1:123456789012:execution:pipeline:cli-1"


def account(region: str, embedded: Cloud | None = None) -> Target:
    session = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="b", region_name=region)
    found = Target(session=session, stage="dev", embedded=embedded)
    found.__dict__["outputs"] = {"DataBucketName": "data"}
    return found


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_given_an_account_then_the_link_is_signed_with_version_4_for_as_long_as_was_asked(region: str) -> None:
    url = urlsplit(link.presigned(account(region), Run(ARN), 5))
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.scheme == "https"
    assert url.hostname is not None
    assert url.hostname.startswith("data.s3.")
    assert url.path == f"/{Run(ARN).keys.page}"
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", "300")
    assert f"/{region}/s3/aws4_request" in asked["X-Amz-Credential"]
    assert "Signature" not in asked, "version 2, which KMS refuses"


def test_given_the_embedded_aws_then_the_link_leads_to_it_by_path() -> None:
    cloud = cast("Cloud", SimpleNamespace(endpoint="http://localhost:4700"))
    url = urlsplit(link.presigned(account("us-east-1", cloud), Run(ARN), 15))
    assert (url.netloc, url.path) == ("localhost:4700", f"/data/{Run(ARN).keys.page}")


@pytest.fixture
def target() -> Generator[Target]:
    with mock_aws():
        found = account("us-east-1")
        definition = '{"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 60, "End": true}}}'
        role = "arn:aws:iam::123456789012:role/r"
        machine = found.client("stepfunctions").create_state_machine(name="p", definition=definition, roleArn=role)
        found.client("s3").create_bucket(Bucket="data")
        found.outputs["StateMachineArn"] = machine["stateMachineArn"]
        yield found


def written(target: Target) -> Run:
    run = runs.start(target, {})
    keys = run.keys
    for key in (keys.page, keys.manifest, *(keys.split(name) for name in report.SPLITS)):
        target.client("s3").put_object(Bucket="data", Key=key, Body=b"x")
    target.client("s3").put_object(Bucket="data", Key=keys.report, Body=json.dumps(REPORT).encode())
    return run


def said(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=100)
    monkeypatch.setattr(main, "console", console)
    monkeypatch.setattr(report.copy, "__defaults__", (tmp_path,))
    context = cast("Any", SimpleNamespace(obj=SimpleNamespace(target=lambda: target)))
    main.show_report(context, **options)
    return cast("io.StringIO", console.file).getvalue()


def test_given_a_report_then_the_command_shows_it_copies_it_and_prints_a_link(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(target)
    text = said(target, tmp_path, monkeypatch)
    assert text.startswith("Verdict: discarded.")
    assert "For 15 minutes anybody can read the page with this link:" in text
    assert f"{run.keys.page}?" in text.splitlines()[-1]
    assert "X-Amz-Expires=900" in text.splitlines()[-1]
    assert (tmp_path / "report.html").read_bytes() == b"x"
    assert not any("X-Amz" in path.read_text() for path in tmp_path.rglob("*") if path.is_file()), "kept nowhere"


def test_given_no_minutes_then_there_is_no_link(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(target)
    assert "X-Amz" not in said(target, tmp_path, monkeypatch, minutes=0)
    assert "X-Amz-Expires=3600" in said(target, tmp_path, monkeypatch, minutes=60)


def test_given_a_longer_life_than_an_hour_then_it_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        main.app("report", "--link-minutes", str(link.LONGEST + 1))
    assert ended.value.code == 2


def test_given_a_run_that_goes_on_then_its_report_is_not_there_yet(target: Target) -> None:
    run = runs.start(target, {})
    with pytest.raises(NoAnswer, match=f"has not written its report yet.*router watch {run.name}"):
        report.load(target, run)


def test_given_a_run_that_ended_without_a_report_then_it_says_how_it_ended(target: Target) -> None:
    run = runs.start(target, {})
    runs.stop(target, run)
    with pytest.raises(NoAnswer, match=f"Run {run.name} ended as ABORTED and left no report"):
        report.load(target, run)


def test_given_an_arn_of_no_run_then_nothing_is_called_so(target: Target) -> None:
    arn = target.output("StateMachineArn").replace(":stateMachine:", ":execution:") + ":nobody"
    with pytest.raises(NoAnswer, match="No run is called nobody"):
        report.load(target, runs.find(target, arn))
