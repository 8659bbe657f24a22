"""What the function keeps between requests, and how it decides: versions, student, breaker, cache."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from route.active import Active, ActiveVersion
from route.batch import WORKERS, Outcome, decide_all
from route.cache import DecisionCache
from route.request import Options
from route.router import Mode, Wish
from route.shadow import Findings, Shadow
from route.student import DistilledStudent
from route.trial import Answered, Decider


class Service:
    """One per process."""

    def __init__(self, versions: ActiveVersion, student: DistilledStudent, mode: Mode, cache: DecisionCache) -> None:
        self._versions = versions
        self._shadow = Shadow(student)
        self._decider = Decider(versions.trial, student, cache, self._shadow)
        self.mode: Mode = mode
        self._pool: ThreadPoolExecutor | None = None

    def active(self) -> Active:
        """The version to answer with. Raises NotReady if there is none."""
        return self._versions.get()

    def decide(self, query: str, options: Options, active: Active) -> Answered:
        """One query. Raises NotReady if neither student can answer."""
        wish = self._wish(options)
        return self._decider.at_once(query, active, wish) or self._decider.after_asking(query, active, wish)

    def decide_all(self, queries: Sequence[str], options: Options, active: Active) -> list[Outcome]:
        """Many queries, side by side."""
        self._pool = self._pool or ThreadPoolExecutor(WORKERS, "route")
        return decide_all(queries, active=active, decider=self._decider, wish=self._wish(options), pool=self._pool)

    def shadow(self) -> Findings:
        """What a version that is asked on the side has shown since the last time."""
        return self._shadow.take()

    def _wish(self, options: Options) -> Wish:
        return Wish(self.mode, options.prefer, options.explain)
