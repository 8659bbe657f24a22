"""The report of a real run: as published, recounted from what its candidates answered, and read through a link."""

import json
import urllib.request
from typing import Any

import pytest

from cli import link, report
from cli.target import Target
from tests.local.conftest import Ended, Mailbox
from tests.reports import breaches, differences


@pytest.fixture
def made(target: Target, promoted: Ended) -> dict[str, Any]:
    return report.load(target, promoted.run)


def lines(target: Target, key: str) -> list[dict[str, Any]]:
    body = target.client("s3").get_object(Bucket=target.output("DataBucketName"), Key=key)["Body"].read()
    return [json.loads(line) for line in body.decode().split("\n") if line]


def test_given_a_run_then_its_report_is_as_published_and_has_no_other_key(made: dict[str, Any]) -> None:
    assert breaches(made) == []


def test_given_what_each_candidate_answered_then_every_figure_is_counted_alike(
    target: Target, promoted: Ended, made: dict[str, Any]
) -> None:
    names = [one["name"] for one in made["candidates"] if one["name"] != "cascade"]
    answers = {name: lines(target, promoted.run.keys.all_responses(name)) for name in names}
    assert {len(given) for given in answers.values()} == {made["dataset"]["holdout"]}
    assert differences(made, answers) == []


def test_given_a_link_then_anybody_can_open_the_page_with_it(target: Target, promoted: Ended) -> None:
    url = link.presigned(target, promoted.run, 15)
    with urllib.request.urlopen(url, timeout=10) as answer:
        page = answer.read().decode()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.startswith("<!doctype html>")
    assert promoted.run.id in page


def test_given_a_notification_then_it_names_the_page_by_its_key_and_holds_no_link(
    target: Target, promoted: Ended, mailbox: Mailbox
) -> None:
    notice = mailbox.about(promoted.run)
    assert notice["report"] == f"s3://{target.output('DataBucketName')}/{promoted.run.keys.page}"
    assert "X-Amz" not in json.dumps(notice)
