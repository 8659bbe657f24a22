"""The published schema of the report: up to date, and what reports look like."""

import copy
import json
from typing import Any

import jsonschema
import pytest

from evaluate.contract import VERSION
from intent.plan import Plan
from local import report_schema
from store.objects import Objects
from tests.reports import breaches

from .test_report import built

PUBLISHED: dict[str, Any] = json.loads(report_schema.FILE.read_text("utf-8"))


def test_given_the_types_then_the_published_schema_is_made_of_them() -> None:
    assert report_schema.FILE.read_text("utf-8") == report_schema.text(), "run: python -m local.report_schema"


def test_given_the_schema_then_it_is_one_and_names_its_version() -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["version"] == VERSION
    assert PUBLISHED["$id"].endswith(f":{VERSION}")


def test_given_a_report_then_it_is_as_published_and_has_no_other_key(objects: Objects, rated: Plan) -> None:
    assert breaches(json.loads(json.dumps(built(objects, rated)))) == []


def test_given_a_later_minor_version_with_more_keys_then_a_reader_of_this_one_still_takes_it(
    objects: Objects, rated: Plan
) -> None:
    report = json.loads(json.dumps(built(objects, rated)))
    report |= {"schema_version": "2.7", "news": {"a": 1}}
    report["candidates"][0]["more"] = 1
    jsonschema.validate(report, PUBLISHED)
    assert len(breaches(report)) == 2, "what we write ourselves is held to the letter"


def _without_verdict(report: dict[str, Any]) -> None:
    del report["verdict"]


def _nine_tenths_too_many(report: dict[str, Any]) -> None:
    report["candidates"][0]["top1"] = 1.9


def _another_major(report: dict[str, Any]) -> None:
    report["schema_version"] = "1.2"


def _nobody(report: dict[str, Any]) -> None:
    report["candidates"] = []


def _as_text(report: dict[str, Any]) -> None:
    report["bill"]["receipt_usd"] = "5.29"


@pytest.mark.parametrize("spoil", [_without_verdict, _nine_tenths_too_many, _another_major, _nobody, _as_text])
def test_given_a_spoilt_report_then_the_schema_refuses_it(objects: Objects, rated: Plan, spoil: Any) -> None:
    report = copy.deepcopy(json.loads(json.dumps(built(objects, rated))))
    spoil(report)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, PUBLISHED)
