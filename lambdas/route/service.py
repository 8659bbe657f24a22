"""What the function keeps between requests, and how it decides: versions, student, breaker, cache."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from route.active import Active, ActiveVersion
from route.batch import WORKERS, Outcome, decide_all
from route.cache import DecisionCache
from route.deadline import Deadline
from route.request import Options
from route.router import Mode, Wish
from route.shadow import Findings, Shadow
from route.student import DistilledStudent
from route.trial import Answered, Decider

GONE = "ResourceNotFoundException"


class Service:
    """One per process."""

    def __init__(self, versions: ActiveVersion, student: DistilledStudent, mode: Mode, cache: DecisionCache) -> None:
        self._versions = versions
        self._shadow = Shadow(student)
        self._decider = Decider(versions.trial, student, cache, self._shadow)
        self.mode: Mode = mode
        self._pool: ThreadPoolExecutor | None = None

    def active(self, deadline: Deadline) -> Active:
        """The version to answer with. Raises NotReady if there is none."""
        return self._versions.get(deadline)

    def decide(self, query: str, options: Options, deadline: Deadline) -> Answered:
        """One query. Raises NotReady if neither student can answer.

        A deployment that is gone may have been replaced within the pointer's cache time: then the new one is asked.
        """
        active, wish = self._versions.get(deadline), self._wish(options)
        answered = self._decide(query, active, wish, deadline)
        if answered.decision.failure == GONE:
            newer = self._versions.get(deadline, fresh=True)
            if newer.distilled != active.distilled:
                active, answered = newer, self._decide(query, newer, wish, deadline)
        self._shadow.compare_edges(query, active, self._versions.trial, deadline)
        return answered

    def _decide(self, query: str, active: Active, wish: Wish, deadline: Deadline) -> Answered:
        quick = self._decider.at_once(query, active, wish, deadline)
        return quick or self._decider.after_asking(query, active, wish, deadline)

    def decide_all(self, queries: Sequence[str], options: Options, active: Active, deadline: Deadline) -> list[Outcome]:
        """Many queries, side by side."""
        self._pool = self._pool or ThreadPoolExecutor(WORKERS, "route")
        found = decide_all(
            queries,
            active=active,
            decider=self._decider,
            wish=self._wish(options),
            pool=self._pool,
            deadline=deadline,
        )
        for query in dict.fromkeys(queries):
            self._shadow.compare_edges(query, active, self._versions.trial, deadline)
        return found

    def shadow(self) -> Findings:
        """What a version that is asked on the side has shown since the last time."""
        return self._shadow.take()

    def _wish(self, options: Options) -> Wish:
        return Wish(self.mode, options.prefer, options.explain)
