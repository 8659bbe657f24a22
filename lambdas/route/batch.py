"""Many queries in one request: what needs no model at once, the others side by side, and none waits past the budget."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from route.active import Active
from route.cache import DecisionCache
from route.deadline import Deadline
from route.errors import NotReady
from route.router import Decision, Wish, after_asking, at_once, fall_back
from route.student import LATE, DistilledStudent

BUDGET_SECONDS = 8.0  # for all queries of a request together; the function has 20 s, the gateway 29 s
WORKERS = 8  # calls to the distilled student at a time; botocore keeps ten connections

Outcome = Decision | NotReady


def decide_all(
    queries: Sequence[str],
    *,
    active: Active,
    student: DistilledStudent,
    wish: Wish,
    cache: DecisionCache,
    pool: ThreadPoolExecutor,
    deadline: Deadline,
) -> list[Outcome]:
    """One outcome per query, in their order; the same query is asked once. Cache and edge student come first.

    `deadline`: of all together. What is not asked, or not answered, by then is the edge student's.
    """

    def late(query: str) -> Outcome:
        return _or_not_ready(lambda: fall_back(query, active, LATE))

    def ask(query: str) -> Outcome:
        return _or_not_ready(lambda: after_asking(query, active, student, wish, deadline))

    found: dict[str, Outcome] = {}
    asked: dict[str, Future[Outcome]] = {}
    for query in dict.fromkeys(queries):
        quick = cache.find(query, active.version, wish) or at_once(query, active, wish)
        if quick:
            found[query] = quick
        else:
            asked[query] = pool.submit(ask, query)
    done, _ = wait(asked.values(), timeout=max(0.0, deadline.left))
    for future in asked.values():
        future.cancel()
    for query, future in asked.items():  # a call that still runs ends with the client's own timeout
        found[query] = outcome = late(query) if future not in done else future.result()
        if isinstance(outcome, Decision):
            cache.keep(query, active.version, wish, outcome)
    return [found[query] for query in queries]


def _or_not_ready(decision: Callable[[], Decision]) -> Outcome:
    try:
        return decision()
    except NotReady as error:
        return error
