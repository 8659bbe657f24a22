"""What the function keeps between requests, and how it decides: version, student, breaker, cache."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from route.active import Active, ActiveVersion
from route.batch import WORKERS, Outcome, decide_all
from route.cache import DecisionCache
from route.deadline import Deadline
from route.request import Options
from route.router import Decision, Mode, Wish, decide
from route.student import DistilledStudent

GONE = "ResourceNotFoundException"


class Service:
    """One per process."""

    def __init__(self, versions: ActiveVersion, student: DistilledStudent, mode: Mode, cache: DecisionCache) -> None:
        self._versions = versions
        self._student = student
        self.mode: Mode = mode
        self._cache = cache
        self._pool: ThreadPoolExecutor | None = None

    def active(self, deadline: Deadline) -> Active:
        """The version to answer with. Raises NotReady if there is none."""
        return self._versions.get(deadline)

    def decide(self, query: str, options: Options, deadline: Deadline) -> tuple[Active, Decision]:
        """One query, and the version that answered it. Raises NotReady if neither student can answer.

        A deployment that is gone may have been replaced within the pointer's cache time: then the new one is asked.
        """
        active = self._versions.get(deadline)
        decision = self._decide(query, options, active, deadline)
        if decision.failure == GONE:
            newer = self._versions.get(deadline, fresh=True)
            if newer.distilled != active.distilled:
                return newer, self._decide(query, options, newer, deadline)
        return active, decision

    def _decide(self, query: str, options: Options, active: Active, deadline: Deadline) -> Decision:
        wish = self._wish(options)
        found = self._cache.find(query, active.version, wish)
        if found is None:
            found = decide(query, active, self._student, wish, deadline)
            self._cache.keep(query, active.version, wish, found)
        return found

    def decide_all(self, queries: Sequence[str], options: Options, active: Active, deadline: Deadline) -> list[Outcome]:
        """Many queries, side by side."""
        self._pool = self._pool or ThreadPoolExecutor(WORKERS, "route")
        wish = self._wish(options)
        return decide_all(
            queries,
            active=active,
            student=self._student,
            wish=wish,
            cache=self._cache,
            pool=self._pool,
            deadline=deadline,
        )

    def _wish(self, options: Options) -> Wish:
        return Wish(self.mode, options.prefer, options.explain)
