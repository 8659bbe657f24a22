"""A circuit breaker: after repeated failures of a model nobody waits for it, and now and then one query probes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5  # in a row, until it opens
OPEN_SECONDS = 10.0  # until the next probe
_REMEMBERED = 16  # models; a version has one or two


@dataclass(slots=True)
class _State:
    failures: int = 0
    probe_at: float = 0.0


class Breaker:
    """Knows each model by its ARN. Lambda runs one request at a time in a process; threads may at worst probe twice."""

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._states: dict[str, _State] = {}

    def allows(self, model: str) -> bool:
        """Whether to ask the model now. While it is open: one query at a time, each `open_seconds` after the last."""
        state = self._states.get(model)
        if state is None or state.failures < self._failures:
            return True
        now = self._clock()
        if now < state.probe_at:
            return False
        state.probe_at = now + self._open_seconds
        return True

    def succeeded(self, model: str) -> None:
        """It answered within the contract: all is forgiven."""
        self._states.pop(model, None)

    def failed(self, model: str) -> None:
        """It failed, or what it said was no answer."""
        state = self._states.setdefault(model, _State())
        state.failures += 1
        state.probe_at = self._clock() + self._open_seconds
        if len(self._states) > _REMEMBERED:
            del self._states[next(iter(self._states))]
