"""The training file against Bedrock's rules, before a job is paid that would refuse it or drop what it does not like.

https://docs.aws.amazon.com/bedrock/latest/userguide/distillation-data-prep-option-1.html (read 2026-11).
A message names file, line and rule; it never quotes the line.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice

from intent.plan import MAX_EXAMPLES, MIN_TRAINING
from intent.records import SCHEMA
from intent.strict import strict_json

MAX_BYTES = 10**9
_KEY = re.compile(r"[-!_*'().a-zA-Z0-9/]+")
_SHOWN = 3


class DataSetInvalid(Exception):
    """The training file would be refused, or is not the one that was made; the message says where and why."""


def check(key: str, lines: Iterable[bytes], *, customization: str, mode: str, digest: str) -> int:
    """Read the file once, line by line (each with its newline); gives the number of records. Raises DataSetInvalid.

    `key`: its S3 key. `customization`, `mode`: the run's. `digest`: the SHA-256 that the manifest promises.
    """
    name = key.rpartition("/")[2]
    if not _KEY.fullmatch(key) or "//" in key:
        raise DataSetInvalid(f"{key}: Bedrock takes keys of a-z, A-Z, 0-9 and -!_*'()./ without an empty part only")
    found = _Reading(labelled=mode == "labelled")
    problems = list(islice(found.problems(lines), _SHOWN))
    if problems:
        raise DataSetInvalid("; ".join(f"{name} line {number}: {rule}" for number, rule in problems))
    if found.digest.hexdigest() != digest:
        raise DataSetInvalid(f"{name} is not the file that the manifest names: it was changed after it was made")
    if found.size >= MAX_BYTES:
        raise DataSetInvalid(f"{name} has {found.size:,} bytes; Bedrock takes less than {MAX_BYTES:,}")
    most = MAX_EXAMPLES[customization]
    if not MIN_TRAINING <= found.records <= most:
        raise DataSetInvalid(f"{name} has {found.records:,} records; {customization} takes {MIN_TRAINING} to {most:,}")
    return found.records


class _Reading:
    """What has been read of a file so far."""

    def __init__(self, *, labelled: bool) -> None:
        self._labelled = labelled
        self.digest = sha256()
        self.size = 0
        self.records = 0

    def problems(self, lines: Iterable[bytes]) -> Iterator[tuple[int, str]]:
        """Line number (from 1) and broken rule of each line that breaks one."""
        for number, line in enumerate(lines, start=1):
            self.digest.update(line)
            self.size += len(line)
            self.records += 1
            if rule := broken_rule(line, labelled=self._labelled):
                yield number, rule


def broken_rule(line: bytes, *, labelled: bool) -> str | None:
    """The first rule that a record breaks. `labelled`: it ends with the assistant's answer; otherwise it has none."""
    try:
        record = strict_json(line.decode())
    except ValueError:
        return "it is not JSON in UTF-8"
    if not isinstance(record, dict):
        return "it is not an object"
    if set(record) - {"schemaVersion", "system", "messages"}:
        return "it has a key beside schemaVersion, system and messages"
    if record.get("schemaVersion") != SCHEMA:
        return f'schemaVersion must be "{SCHEMA}"'
    if "system" in record and not _one_text(record["system"]):
        return "system must be a list of one text that is not blank"
    return _broken_turns(record.get("messages"), labelled=labelled)


def _broken_turns(messages: object, *, labelled: bool) -> str | None:
    if not isinstance(messages, list) or not messages:
        return "messages must be a list with at least one message"
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            return "a message must have role and content, and nothing else"
        if message["role"] != ("user", "assistant")[index % 2]:
            return "roles must alternate and begin with user"
        if not _one_text(message["content"]):
            return "content must be a list of one text that is not blank"
    return _broken_end(len(messages), labelled=labelled)


def _broken_end(messages: int, *, labelled: bool) -> str | None:
    if labelled and messages % 2:
        return "the last message must be the assistant's"
    if not labelled and messages > 1:
        return 'in mode "prompts" the teacher answers: there must be no assistant message'
    return None


def _one_text(content: object) -> bool:
    if not isinstance(content, list) or len(content) != 1:
        return False
    part = content[0]
    if not isinstance(part, dict) or set(part) != {"text"}:
        return False
    text = part["text"]
    return isinstance(text, str) and bool(text.strip())
