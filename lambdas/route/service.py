"""What the function keeps between requests, and how it decides: version, student, breaker, cache."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from route.active import Active, ActiveVersion
from route.batch import WORKERS, Outcome, decide_all
from route.cache import DecisionCache
from route.request import Options
from route.router import Decision, Mode, Wish, decide
from route.student import DistilledStudent


class Service:
    """One per process."""

    def __init__(self, versions: ActiveVersion, student: DistilledStudent, mode: Mode, cache: DecisionCache) -> None:
        self._versions = versions
        self._student = student
        self.mode: Mode = mode
        self._cache = cache
        self._pool: ThreadPoolExecutor | None = None

    def active(self) -> Active:
        """The version to answer with. Raises NotReady if there is none."""
        return self._versions.get()

    def decide(self, query: str, options: Options, active: Active) -> Decision:
        """One query. Raises NotReady if neither student can answer."""
        wish = self._wish(options)
        found = self._cache.find(query, active.version, wish)
        if found is None:
            found = decide(query, active, self._student, wish)
            self._cache.keep(query, active.version, wish, found)
        return found

    def decide_all(self, queries: Sequence[str], options: Options, active: Active) -> list[Outcome]:
        """Many queries, side by side."""
        self._pool = self._pool or ThreadPoolExecutor(WORKERS, "route")
        wish = self._wish(options)
        return decide_all(queries, active=active, student=self._student, wish=wish, cache=self._cache, pool=self._pool)

    def _wish(self, options: Options) -> Wish:
        return Wish(self.mode, options.prefer, options.explain)
