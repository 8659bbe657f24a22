"""Training data of customization jobs: JSON lines of the schema `bedrock-conversation-2024`.

Rules: https://docs.aws.amazon.com/bedrock/latest/userguide/distillation-data-prep-option-1.html. A line that is not
JSON, or of another schema, fails the job's validation. A record that breaks a rule is dropped by a distillation and
fails a fine-tuning. 100 records are the least, 15,000 (fine-tuning: 20,000) the most.
"""

import json
from collections.abc import Mapping
from typing import cast

from local.bedrock.jobs.background import JobFailedError

SCHEMA = "bedrock-conversation-2024"
MINIMUM = 100
MAXIMUM = {"DISTILLATION": 15_000, "FINE_TUNING": 20_000}
Record = Mapping[str, object]


def read(body: bytes) -> list[Record]:
    """The validation step: every line an object of the schema. Raises JobFailedError with the line's number."""
    records: list[Record] = []
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            records.append(_record(line, number))
    if not records:
        raise JobFailedError("The training data file is empty.")
    return records


def usable(records: list[Record], customization: str) -> list[Record]:
    """The data processing step: what remains to train on. Raises JobFailedError if that is too little or too much."""
    faults = [
        (number, fault) for number, record in enumerate(records, start=1) if (fault := _fault(record, customization))
    ]
    if faults and customization == "FINE_TUNING":
        number, fault = faults[0]
        raise JobFailedError(f"Record {number} of the training data is invalid: {fault}. {len(faults)} invalid in all.")
    dropped = {number for number, _ in faults}
    kept = [record for number, record in enumerate(records, start=1) if number not in dropped]
    if len(kept) < MINIMUM:
        raise JobFailedError(f"The training data has {len(kept)} valid prompts. The minimum is {MINIMUM}.")
    if len(kept) > MAXIMUM[customization]:
        raise JobFailedError(f"The training data has {len(kept)} prompts. The maximum is {MAXIMUM[customization]}.")
    return kept


def _record(line: bytes, number: int) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise JobFailedError(f"Line {number} of the training data is not valid JSON.") from error
    if not isinstance(record, dict) or record.get("schemaVersion") != SCHEMA:
        raise JobFailedError(f'Line {number} of the training data: schemaVersion must be "{SCHEMA}".')
    return cast("Record", record)


def _fault(record: Record, customization: str) -> str | None:
    """What is wrong with a record, or None."""
    system, messages = record.get("system", []), record.get("messages")
    if not isinstance(system, list) or not all(_text(block) for block in system):
        return "system must be a list of text blocks"
    if not isinstance(messages, list) or not messages:
        return "messages must be a list with at least one message"
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") != ("user", "assistant")[index % 2]:
            return "roles must alternate and begin with user"
        content = message.get("content")
        if not isinstance(content, list) or not content or not all(_text(block) for block in content):
            return "content must be a list of text blocks that are not blank"
    if customization == "FINE_TUNING" and len(messages) % 2:
        return "the last message must be the assistant's"
    return None


def _text(block: object) -> bool:
    return isinstance(block, dict) and isinstance(text := block.get("text"), str) and bool(text.strip())
