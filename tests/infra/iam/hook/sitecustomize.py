"""Python imports this when a function of the embedded AWS starts: it writes down each AWS call and how it ended.

On the function's PYTHONPATH (`tests.infra.iam.record` puts it there); botocore copies its built-in handlers into every
session, whoever makes it.
"""

import json
import os
from pathlib import Path
from typing import Any

import botocore.handlers

_BODIES = {"Body", "messages", "system", "inferenceConfig", "Message", "Subject", "Value", "ContentType"}
_FILE = Path(os.environ["RECORD_TO"]) / f"{os.getpid()}.jsonl"


def _asked(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["asked"] = {name: value for name, value in params.items() if name not in _BODIES}


def _answered(model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    call = {
        "handler": os.environ["RECORD_AS"],
        "operation": f"{model.service_model.service_name}:{model.name}",
        "asked": context.get("asked", {}),
        "error": parsed.get("Error", {}).get("Code", ""),
    }
    with _FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(call, default=str) + "\n")


botocore.handlers.BUILTIN_HANDLERS += [("provide-client-params.*.*", _asked), ("after-call.*.*", _answered)]
