"""CloudWatch's embedded metric format: an invocation's metrics, and what the log tells of it, in one line.

The lines that Powertools' Metrics and its metadata would make (a test compares them), in a tenth of the time:
docs/decisions/0008-start-with-little.md. Namespace and service come from Powertools' own environment variables.
"""

import json
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

Unit = Literal["Count", "Milliseconds", "None"]
_MOST = 100  # metrics in a line, and values of a metric: CloudWatch's limits


class Metrics:
    """What is added waits until `flush` prints it, or until a line is full."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self._units: dict[str, Unit] = {}
        self._notes: Mapping[str, Any] = {}

    def add(self, name: str, value: float = 1, unit: Unit = "Count") -> None:
        """One more value of a metric."""
        values = self._values.setdefault(name, [])
        values.append(float(value))
        self._units[name] = unit
        if len(values) == _MOST or len(self._values) == _MOST:
            self.flush()

    def note(self, notes: Mapping[str, Any]) -> None:
        """Put these beside the metrics of the line, for whoever searches the log. No metric may have such a name."""
        self._notes = notes

    def flush(self) -> None:
        """Print the line, if there is anything to tell."""
        values, self._values = self._values, {}
        notes, self._notes = self._notes, {}
        if not values and not notes:
            return
        told = _json({"service": os.environ["POWERTOOLS_SERVICE_NAME"], **notes, **values})
        if values:
            named = tuple((name, self._units[name]) for name in values)
            head = _directive(os.environ["POWERTOOLS_METRICS_NAMESPACE"], named)
            told = f'{{"_aws":{{"Timestamp":{int(time.time() * 1000)},{head[1:]},{told[1:]}'
        print(told)  # noqa: T201  (Lambda takes the log from stdout)


_json = json.JSONEncoder(separators=(",", ":")).encode


@lru_cache(maxsize=64)
def _directive(namespace: str, named: tuple[tuple[str, Unit], ...]) -> str:
    """Which metrics the line holds: nearly always the same."""
    metrics = [{"Name": name, "Unit": unit} for name, unit in named]
    return _json({"CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [["service"]], "Metrics": metrics}]})
