"""Who answers a query, the active version or the canary beside it; and a shadow, asked on the side.

A canary can cost an answer time, never the answer: whatever goes wrong with it, the active version decides as if there
were none, in the time that is left. Both have one deadline. Where a canary's model has used it up, the active version's
edge student answers, so a canary is asked only while there is one; and where too little is left, the canary is passed
over, which is no failure of its.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from intent.pointer import Candidate
from route.active import Active
from route.cache import DecisionCache
from route.deadline import Deadline, Late
from route.router import Decision, Wish, after_asking, at_once, fall_back
from route.shadow import LoadTrial, Shadow
from route.student import LATE, DistilledStudent

UNREADABLE = "edge_unreadable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A canary was to answer. `failure`: why it did not (a short code).

    `invalid`: its model answered, but not within the contract; `input_tokens` and `output_tokens` were paid for that.
    """

    candidate: Candidate
    failure: str | None = None
    invalid: bool = False
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A decision, and the version that took it."""

    decision: Decision
    by: Active
    attempt: Attempt | None = None


class Decider:
    """Takes the decisions of one process."""

    def __init__(self, load: LoadTrial, student: DistilledStudent, cache: DecisionCache, shadow: Shadow) -> None:
        self._load = load
        self._student = student
        self._cache = cache
        self._shadow = shadow

    def at_once(self, query: str, active: Active, wish: Wish, deadline: Deadline) -> Answered | None:
        """The decision, if no model needs to be asked: the cache's, or the edge student's."""
        attempt = None
        if candidate := _canary_of(query, active):
            answer, attempt = self._try(candidate, deadline, lambda trial: self._known(query, trial, wish))
            if answer or (attempt and attempt.failure is None):
                return answer
        found = self._known(query, active, wish)
        return found and _instead(found, active, attempt)

    def after_asking(self, query: str, active: Active, wish: Wish, deadline: Deadline) -> Answered:
        """The decision after a model was asked. Raises NotReady if the active version's students cannot answer."""
        candidate = _canary_of(query, active)
        if candidate is None:
            beside = self._shadow.ask(query, active)
            decision = self._asked(query, active, wish, deadline)
            self._shadow.compare(beside, decision)
            return Answered(decision, active)
        answer, attempt = self._try(candidate, deadline, lambda trial: self._asked(query, trial, wish, deadline))
        if answer:
            return answer
        found = self._known(query, active, wish) or self._asked(query, active, wish, deadline)
        return _instead(found, active, attempt)

    def late(self, query: str, active: Active) -> Answered:
        """The active edge student's answer where no time is left. Raises NotReady if there is none."""
        return Answered(fall_back(query, active, LATE), active)

    def _known(self, query: str, version: Active, wish: Wish) -> Decision | None:
        return self._cache.find(query, version.version, wish) or at_once(query, version, wish)

    def _asked(self, query: str, version: Active, wish: Wish, deadline: Deadline) -> Decision:
        decision = after_asking(query, version, self._student, wish, deadline)
        self._cache.keep(query, version.version, wish, decision)
        return decision

    def _try(
        self, candidate: Candidate, deadline: Deadline, decide: Callable[[Active], Decision | None]
    ) -> tuple[Answered | None, Attempt | None]:
        """The canary's answer, or none; and what became of the attempt, None if there was no time for it.

        Nothing that the canary does is ever raised.
        """
        attempt = Attempt(candidate)
        try:
            trial = self._load(candidate, deadline)
            if trial is None:
                return None, replace(attempt, failure=UNREADABLE)
            found = decide(trial)
        except Late:
            return None, None
        except Exception as error:  # noqa: BLE001  (counted and logged; the active version answers)
            return None, replace(attempt, failure=type(error).__name__)
        if found and found.failure == LATE.failure:
            return None, None
        if found and found.source == "fallback":
            tokens = {"input_tokens": found.input_tokens, "output_tokens": found.output_tokens}
            return None, replace(attempt, failure=found.failure, invalid=found.invalid, **tokens)
        return found and Answered(found, trial, attempt), attempt


def _canary_of(query: str, active: Active) -> Candidate | None:
    """The canary, if the query is its to answer and the active version can still answer after it."""
    candidate = active.candidate
    if candidate is None or candidate.mode != "canary" or active.edge is None:
        return None
    return candidate if candidate.takes(query) else None


def _instead(decision: Decision, active: Active, attempt: Attempt | None) -> Answered:
    if attempt is None:
        return Answered(decision, active)
    told = f"v{attempt.candidate.version}, on trial, could not answer ({attempt.failure}); v{active.version} did"
    return Answered(replace(decision, warnings=[*decision.warnings, told]), active, attempt)
