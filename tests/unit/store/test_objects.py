"""Objects of a bucket."""

import math
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from store import objects as module
from store.objects import Objects
from tests.unit.wire import Fault, Raw, Wire

from .conftest import BUCKET


@pytest.fixture
def objects(s3: Any) -> Objects:
    return Objects(s3, BUCKET)


def test_given_bytes_json_and_lines_when_written_then_they_are_read_back(objects: Objects) -> None:
    objects.write("a", b"\x00\xff")
    objects.write_json("b", {"name": "Ünïcode", "numbers": [1, 0.5]})
    objects.write_lines("c", ["one", "zwei ß"])
    assert objects.read("a") == b"\x00\xff"
    assert objects.read_json("b") == {"name": "Ünïcode", "numbers": [1, 0.5]}
    assert list(objects.read_lines("c")) == ["one", "zwei ß"]
    assert objects.read("c") == "one\nzwei ß\n".encode()
    assert objects.uri("c") == f"s3://{BUCKET}/c"


def test_given_separators_that_json_allows_in_a_text_then_they_do_not_end_a_line(objects: Objects) -> None:
    text = '{"query": "a\u2028b\u2029c\x85d\x0ce\x1ff"}'
    objects.write_lines("k", [text, "next"])
    assert list(objects.read_lines("k")) == [text, "next"]


@pytest.mark.parametrize(
    "body", [b"", b"one", b"one\n", b"\n\n", b"a\r\nb\n", b"x" * 50 + b"\n" + b"y" * 50, b"\xff\n"]
)
def test_given_any_object_when_its_lines_are_streamed_then_not_a_byte_is_lost(
    objects: Objects, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CHUNK", 7)
    objects.write("k", body)
    lines = list(objects.stream_lines("k"))
    assert b"".join(lines) == body
    assert all(line.endswith(b"\n") for line in lines[:-1])
    assert all(b"\n" not in line[:-1] for line in lines)


def test_given_blank_lines_and_windows_line_ends_then_only_content_comes_out(objects: Objects) -> None:
    objects.write("k", b'\n{"a": 1}\r\n   \n{"b": 2}')
    assert [line.strip() for line in objects.read_lines("k")] == ['{"a": 1}', '{"b": 2}']
    objects.write_lines("empty", [])
    assert list(objects.read_lines("empty")) == []


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_given_a_number_that_is_no_json_then_nothing_is_written(objects: Objects, number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        objects.write_json("k", {"mean": number})
    assert objects.find("k") is None


def test_given_no_object_then_find_gives_none_and_read_raises(objects: Objects) -> None:
    assert objects.find("absent") is None
    with pytest.raises(ClientError, match="NoSuchKey"):
        objects.read("absent")
    objects.write("empty", b"")
    assert objects.find("empty") == b""


@pytest.mark.parametrize("fault", [Fault(403, "AccessDenied"), Fault(503, "SlowDown"), Fault(404, "NoSuchBucket")])
def test_given_another_error_then_find_does_not_take_it_for_absence(fault: Fault) -> None:
    wire = Wire("s3")
    body = f"<Error><Code>{fault.code}</Code><Message>m</Message></Error>".encode()
    wire.on("GetObject", Raw(body, fault.status))
    with pytest.raises(ClientError, match=fault.code):
        Objects(wire.client, BUCKET).find("k")


def page(*keys: str, more: str = "") -> Raw:
    contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    token = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{more}</NextContinuationToken>" if more else ""
    return Raw(f"<ListBucketResult>{contents}{token}</ListBucketResult>".encode())


def test_given_many_objects_then_keys_gives_every_page_of_the_prefix() -> None:
    wire = Wire("s3").on("ListObjectsV2", page("a/1", "a/2", more="next"), page("a/3"))
    assert Objects(wire.client, BUCKET).keys("a/") == ["a/1", "a/2", "a/3"]
    assert [call["Prefix"] for call in wire.asked("ListObjectsV2")] == ["a/", "a/"]


def test_given_a_file_when_written_then_it_is_the_object(objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\x00 lines\n")
    objects.write_file("f", tmp_path / "f", "application/jsonl")
    assert objects.read("f") == b"\x00 lines\n"


def test_given_a_prefix_then_only_its_keys_come_out(objects: Objects) -> None:
    for key in ("a/1", "b/1", "ab"):
        objects.write(key, b"")
    assert objects.keys("a/") == ["a/1"]
    assert objects.keys("c/") == []
