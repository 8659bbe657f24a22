"""When an answer is due. What may take longer than is left is not begun, so that waits cannot add up."""

import math
from time import monotonic
from typing import Any

ANSWER_SECONDS = 3.0  # for one query: reading the version and asking the student together
_BACKOFF = 1.0  # seconds before a second attempt at most, botocore's standard mode


class Late(Exception):
    """It was not begun, since too little time is left."""


class Deadline:
    """`seconds` from now."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._due = monotonic() + seconds

    def allows(self, seconds: float) -> bool:
        """Whether something that may take so long would still be over in time."""
        return self.left >= seconds

    @property
    def left(self) -> float:
        """Seconds; below 0 when it has passed."""
        return self._due - monotonic()


NEVER = Deadline()


def longest(config: Any) -> float:  # noqa: ANN401  (botocore's Config has no typed attributes)
    """Seconds that a call of a client with this config may take, retries included."""
    attempts = config.retries["total_max_attempts"]
    return attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1) * _BACKOFF
