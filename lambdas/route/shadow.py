"""A shadow: a version that is asked beside the active one, compared with it, and never returned.

- Edge students are compared in this process, on every sampled query, after it was decided: two predictions, well under
  a millisecond. (The first one in a process waits for the candidate's file, if there is time for that before the
  answer is due.)
- The distilled student is asked where the active one's is, at the same time, and no answer waits for it. Lambda stops a
  process between its requests: what comes later than the active one's answer is counted with a later request of the
  process, or never. `asked` less comparisons and `failed` is what was lost; time spent stopped can look like latency,
  or like a failure.
- A process asks only while it has spent less than `max_usd_per_day` today (UTC); a question without an answer counts as
  the most that it can cost, and without a price (as provisioned throughput is, paid by the hour) none is asked. Other
  processes count for themselves: what all of them spend is the metric ShadowCost, which has an alarm.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from intent.pointer import Candidate, Distilled
from intent.scoring import mean_error
from intent.weights import Weights, leading
from route.active import Active
from route.cost import cost
from route.deadline import Deadline, Late
from route.router import Decision
from route.student import WEIGHTS_TOKENS, DistilledStudent, Said, Unanswered

AT_A_TIME = 2  # questions; botocore keeps ten connections, and a batch's own calls use eight
_FRAME = 1_000  # tokens around a query, at most; in fact a few dozen
_DAY = 86_400  # seconds
LoadTrial = Callable[[Candidate, Deadline], Active | None]
"""The version on trial, None while it cannot be read. Raises Late if there is no time to try."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidate beside the active version. `error`: mean absolute difference of the weights, 0..0.5."""

    agrees: bool
    error: float


@dataclass(slots=True)
class Findings:
    """Since they were last taken. `held_back`: questions that were not asked, for the cap or for others under way."""

    edges: list[Comparison] = field(default_factory=list[Comparison])
    distilled: list[Comparison] = field(default_factory=list[Comparison])
    latency_ms: list[float] = field(default_factory=list[float])
    usd: float = 0.0
    asked: int = 0
    failed: int = 0
    held_back: int = 0


@dataclass(slots=True)
class Asked:
    """A question under way. `most`: USD set aside for it. `weights`: the active version's, once they are known."""

    future: "Future[Said | Unanswered]"
    student: Distilled
    most: float
    weights: Weights | None = None


class Shadow:
    """What one process asks and finds. Nothing that a candidate does is ever raised. `clock`: seconds since 1970."""

    def __init__(self, student: DistilledStudent, *, clock: Callable[[], float] = time.time) -> None:
        self._student = student
        self._clock = clock
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._asked: list[Asked] = []
        self._findings = Findings()
        self._day, self._spent = 0, 0.0

    def compare_edges(self, query: str, active: Active, load: LoadTrial, deadline: Deadline) -> None:
        """Let both edge students weigh the query, if it is sampled. No comparison where too little time is left."""
        candidate = _shadow_of(query, active)
        if candidate is None or active.edge is None or active.stale:
            return
        try:
            trial = load(candidate, deadline)
            if trial and trial.edge:
                pair = trial.edge.predict(query).weights, active.edge.predict(query).weights
                self._findings.edges.append(_compared(*pair))
        except Late:
            return
        except Exception:  # noqa: BLE001  (counted)
            self._findings.failed += 1

    def ask(self, query: str, active: Active) -> Asked | None:
        """Ask the candidate's distilled student, if the query is sampled and the cap allows it. Does not wait."""
        candidate = _shadow_of(query, active)
        if candidate is None:
            return None
        student = candidate.distilled
        with self._lock:
            most = self._set_aside(query, student, candidate.max_usd_per_day or 0.0)
            if most is None:
                self._findings.held_back += 1
                return None
            self._pool = self._pool or ThreadPoolExecutor(AT_A_TIME, "shadow")
            under_way = self._pool.submit(self._student.weigh, query, student.deployment_arn, explain=False)
            asked = Asked(under_way, student, most)
            self._asked.append(asked)
            self._findings.asked += 1
        return asked

    def compare(self, asked: Asked | None, decision: Decision) -> None:
        """What the active version decided meanwhile: compared if it is its distilled student's."""
        if asked and decision.source == "distilled":
            asked.weights = decision.weights

    def take(self) -> Findings:
        """What was found since the last time."""
        with self._lock:
            found, self._findings = self._findings, Findings()
            done = [asked for asked in self._asked if asked.future.done()]
            self._asked = [asked for asked in self._asked if asked not in done]
            for asked in done:
                self._settle(asked, found)
        return found

    def _set_aside(self, query: str, student: Distilled, cap: float) -> float | None:
        """USD that the question can cost at most; None if it is not to be asked."""
        today = int(self._clock() // _DAY)
        if today != self._day:
            self._day, self._spent = today, 0.0
        under_way = sum(not asked.future.done() for asked in self._asked)
        most = cost(student, _FRAME + len(query.encode()), WEIGHTS_TOKENS)
        if most is None or under_way >= AT_A_TIME or self._spent + most > cap:
            return None
        self._spent += most
        return most

    def _settle(self, asked: Asked, found: Findings) -> None:
        if asked.future.exception() is not None:
            found.failed += 1
            return
        said = asked.future.result()
        if said.reply:
            paid = cost(asked.student, said.reply.input_tokens, said.reply.output_tokens)
            paid = asked.most if paid is None else paid
            self._spent = max(0.0, self._spent - asked.most + paid)
            found.usd += paid
            found.latency_ms.append(said.reply.latency_ms)
        if isinstance(said, Unanswered):
            found.failed += 1
        elif asked.weights:
            found.distilled.append(_compared(said.parsed.weights, asked.weights))


def _shadow_of(query: str, active: Active) -> Candidate | None:
    """The shadow, if the query is sampled."""
    candidate = active.candidate
    return candidate if candidate and candidate.mode == "shadow" and candidate.takes(query) else None


def _compared(candidate: Weights, active: Weights) -> Comparison:
    return Comparison(leading(candidate) == leading(active), mean_error(candidate, active))
