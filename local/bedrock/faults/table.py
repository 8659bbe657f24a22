"""The server's side of faults: the rules in force, and what each of them does to an answer."""

import random
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError

from local.bedrock.faults.client import FORMS, Fault, Kind
from local.bedrock.wire.errors import ApiError, validation

_RULES = TypeAdapter(list[Fault])


@dataclass
class _Armed:
    fault: Fault
    chance: random.Random
    seen: int = 0
    fired: int = 0


@dataclass
class Faults:
    """The rules of one embedded Bedrock. Thread-safe."""

    _armed: list[_Armed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Forget all earlier rules and counts."""
        with self._lock:
            self._armed = [_Armed(fault, random.Random(fault.seed)) for fault in faults]  # noqa: S311  (repeatable)

    def state(self) -> list[dict[str, object]]:
        """The rules, each with `fired`: how many calls it has hit."""
        with self._lock:
            return [{**asdict(armed.fault), "fired": armed.fired} for armed in self._armed]

    def hit(self, operation: str, subject: str, kinds: Sequence[Kind]) -> list[Fault]:
        """The rules of these kinds that strike this call; each is counted."""
        with self._lock:
            return [armed.fault for armed in self._armed if _strikes(armed, operation, subject, kinds)]


def _strikes(armed: _Armed, operation: str, subject: str, kinds: Sequence[Kind]) -> bool:
    fault = armed.fault
    if fault.operation != operation or fault.kind not in kinds or (fault.match or "") not in subject:
        return False
    armed.seen += 1
    if armed.seen <= fault.skip:
        return False
    if (fault.times is not None and armed.fired >= fault.times) or armed.chance.random() >= fault.share:
        return False
    armed.fired += 1
    return True


def parse(body: bytes) -> list[Fault]:
    """Rules as JSON list of objects. Raises ValidationException."""
    try:
        return _RULES.validate_json(body)
    except ValidationError as error:
        raise validation(f"Faults are a JSON list of objects with the members of Fault: {error}") from error


def refusal(fault: Fault) -> ApiError:
    """The answer that a throttle or error rule puts in place of the real one."""
    if fault.kind == "throttle":
        return ApiError("ThrottlingException", "Too many requests, please wait before trying again.")
    return ApiError(fault.code, "The service failed on request of a test.")


def spoil(text: str, fault: Fault) -> str:
    """A model's answer as a worse model would have given it."""
    form = fault.form or FORMS[len(text) % len(FORMS)]
    if form == "truncated":
        return text[: len(text) // 2]
    if form == "fenced":
        return f"Here is the routing you asked for:\n```json\n{text}\n```"
    if form == "nan":
        return re.sub(r"\d+(\.\d+)?", "NaN", text, count=1)
    return "I would mostly look at the pictures here, and perhaps at the title as well."
