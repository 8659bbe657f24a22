"""The training file against Bedrock's rules: every rule has a line that breaks it, and no message quotes one."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill import check as checking
from distill.check import DataSetInvalid, broken_rule, check
from intent.plan import MAX_EXAMPLES, MIN_TRAINING
from intent.records import conversation

KEY = "runs/try-12ab34cd/dataset/train.jsonl"
SECRET = "my secret query"
USER = {"role": "user", "content": [{"text": SECRET}]}
ASSISTANT = {"role": "assistant", "content": [{"text": "{}"}]}
GOOD: dict[str, Any] = {
    "schemaVersion": "bedrock-conversation-2024",
    "system": [{"text": "Weigh."}],
    "messages": [USER, ASSISTANT],
}


def record(**changed: Any) -> bytes:
    return json.dumps({name: value for name, value in {**GOOD, **changed}.items() if value is not ...}).encode() + b"\n"


def turn(role: str, *content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": list(content), **more}


def checked(lines: Sequence[bytes], key: str = KEY, digest: str | None = None, **changed: str) -> int:
    rules = {"customization": "DISTILLATION", "mode": "labelled", **changed}
    return check(key, iter(lines), **rules, digest=digest or sha256(b"".join(lines)).hexdigest())


BROKEN: list[tuple[bytes, str]] = [
    (b"{\n", "it is not JSON in UTF-8"),
    (b"\n", "it is not JSON in UTF-8"),
    (b'"\xff"\n', "it is not JSON in UTF-8"),
    (record()[:-2] + b', "system": []}\n', "it is not JSON in UTF-8"),
    (b"[1]\n", "it is not an object"),
    (record(language="en"), "it has a key beside"),
    (record(schemaVersion="bedrock-conversion-2024"), 'schemaVersion must be "bedrock-conversation-2024"'),
    (record(schemaVersion=...), "schemaVersion must be"),
    (record(system=[{"text": " "}]), "system must be a list of one text that is not blank"),
    (record(system="Weigh."), "system must be"),
    (record(system=[]), "system must be"),
    (record(system=None), "system must be"),
    (record(messages=...), "messages must be a list"),
    (record(messages=[]), "messages must be a list"),
    (record(messages=["hello"]), "a message must have role and content"),
    (record(messages=[turn("user", {"text": SECRET}, name="me"), ASSISTANT]), "a message must have role and content"),
    (record(messages=[ASSISTANT, USER]), "roles must alternate and begin with user"),
    (record(messages=[USER, USER]), "roles must alternate and begin with user"),
    (record(messages=[turn("system", {"text": SECRET}), ASSISTANT]), "roles must alternate and begin with user"),
    (record(messages=[turn("user"), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[turn("user", {"text": "\t"}), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[turn("user", {"text": "a"}, {"text": "b"}), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[turn("user", {"image": "x"}), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[turn("user", {"text": 3}), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[turn("user", "text"), ASSISTANT]), "content must be a list of one text"),
    (record(messages=[USER]), "the last message must be the assistant's"),
    (record(messages=[USER, ASSISTANT, USER]), "the last message must be the assistant's"),
]


@pytest.mark.parametrize(("line", "rule"), BROKEN)
def test_given_a_line_that_breaks_a_rule_then_line_and_rule_are_named_and_nothing_is_quoted(
    line: bytes, rule: str
) -> None:
    with pytest.raises(DataSetInvalid) as caught:
        checked([*[record()] * 16, line, *[record()] * 100])
    assert str(caught.value).startswith("train.jsonl line 17: ")
    assert rule in str(caught.value)
    assert "secret" not in str(caught.value)


def test_given_lines_that_keep_the_rules_then_they_are_counted() -> None:
    several = record(messages=[USER, ASSISTANT, USER, ASSISTANT])
    assert checked([record(), record(system=...), several] * 50) == 150


def test_given_prompts_alone_then_an_answer_is_too_much() -> None:
    assert checked([record(messages=[USER])] * 100, mode="prompts") == 100
    with pytest.raises(DataSetInvalid, match='line 2: in mode "prompts" the teacher answers'):
        checked([record(messages=[USER]), record()], mode="prompts")


def test_given_many_bad_lines_then_the_first_three_are_named_and_reading_stops() -> None:
    read: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b"{\n"

    with pytest.raises(DataSetInvalid) as caught:
        check(KEY, lines(), customization="DISTILLATION", mode="labelled", digest="")
    assert str(caught.value).count("line") == len(read) == 3


@pytest.mark.parametrize("customization", sorted(MAX_EXAMPLES))
def test_given_too_few_or_too_many_records_then_both_bounds_are_named(
    customization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(checking.MAX_EXAMPLES, customization, 120)
    assert checked([record()] * MIN_TRAINING, customization=customization) == 100
    assert checked([record()] * 120, customization=customization) == 120
    for count in (99, 121):
        with pytest.raises(DataSetInvalid, match=f"has {count} records; {customization} takes 100 to 120"):
            checked([record()] * count, customization=customization)


def test_given_a_file_of_a_gigabyte_then_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checking.MAX_BYTES == 10**9
    monkeypatch.setattr(checking, "MAX_BYTES", 100 * len(record()))
    assert checked([record(), *[record(system=...)] * 99]) == 100
    with pytest.raises(DataSetInvalid, match="bytes; Bedrock takes less than"):
        checked([record()] * 100)


def test_given_a_file_that_was_changed_then_it_is_refused() -> None:
    with pytest.raises(DataSetInvalid, match="not the file that the manifest names"):
        checked([record()] * 100, digest="0" * 64)


@pytest.mark.parametrize("key", ["runs//train.jsonl", "runs/a=b/train.jsonl", "runs/a b/train.jsonl", "runs/é.jsonl"])
def test_given_a_key_that_bedrock_does_not_take_then_it_is_named(key: str) -> None:
    with pytest.raises(DataSetInvalid, match="Bedrock takes keys of"):
        checked([record()] * 100, key=key)


@given(query=st.text(min_size=1).filter(str.strip), labelled=st.booleans())
def test_given_what_the_pipeline_writes_then_it_keeps_the_rules(*, query: str, labelled: bool) -> None:
    if query.encode(errors="replace").decode() != query:
        return
    line = conversation(query, system="Weigh.", assistant="{}" if labelled else None)
    assert broken_rule(f"{line}\n".encode(), labelled=labelled) is None
    assert broken_rule(f"{line}\n".encode(), labelled=not labelled)
