"""Many queries in one request: what needs no model at once, the others side by side, and none waits past the budget."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from route.active import Active
from route.deadline import Deadline
from route.errors import NotReady
from route.router import Wish
from route.trial import Answered, Decider

BUDGET_SECONDS = 8.0  # for all queries of a request together; the function has 20 s, the gateway 29 s
WORKERS = 8  # calls to the distilled student at a time; botocore keeps ten connections

Outcome = Answered | NotReady


def decide_all(
    queries: Sequence[str],
    *,
    active: Active,
    decider: Decider,
    wish: Wish,
    pool: ThreadPoolExecutor,
    deadline: Deadline,
) -> list[Outcome]:
    """One outcome per query, in their order; the same query is asked once. Cache and edge student come first.

    `deadline`: of all together. What is not asked, or not answered, by then is the edge student's.
    """

    def late(query: str) -> Outcome:
        return _or_not_ready(lambda: decider.late(query, active))

    def ask(query: str) -> Outcome:
        return _or_not_ready(lambda: decider.after_asking(query, active, wish, deadline))

    found: dict[str, Outcome] = {}
    asked: dict[str, Future[Outcome]] = {}
    for query in dict.fromkeys(queries):
        quick = decider.at_once(query, active, wish, deadline)
        if quick:
            found[query] = quick
        else:
            asked[query] = pool.submit(ask, query)
    done, _ = wait(asked.values(), timeout=max(0.0, deadline.left))
    for future in asked.values():
        future.cancel()
    for query, future in asked.items():  # a call that still runs ends with the client's own timeout
        found[query] = late(query) if future not in done else future.result()
    return [found[query] for query in queries]


def _or_not_ready(decision: Callable[[], Answered]) -> Outcome:
    try:
        return decision()
    except NotReady as error:
        return error
