"""The model's two bold claims, held against a simulation that knows none of its formulas.

Arrivals are Poisson. Environments are taken as Lambda takes them: an idle one if there is one, else another. Each has
the route's own circuit breaker. The deployment's quota is a bucket of tokens that fills steadily and holds a minute's.
"""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.scale_model import RARELY, Mix, Quotas
from route.breaker import Breaker

_MODEL = "deployment"
_REFUSED_SECONDS = 0.02  # how soon a throttled call comes back
_SPREAD = 0.3  # of the distilled student's latency: sigma of its logarithm


@dataclass
class Simulated:
    """`concurrency`: mean over time; `peak`: exceeded in `RARELY` of the time. `outcomes`: requests by who answered."""

    concurrency: float = 0.0
    peak: int = 0
    environments: int = 0
    granted: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])


@dataclass
class _Bucket:
    """Tokens of the quota."""

    per_second: float
    size: float
    held: float
    at: float = 0.0

    def takes(self, now: float, tokens: float) -> bool:
        self.held = min(self.size, self.held + (now - self.at) * self.per_second)
        self.at = now
        if self.held < tokens:
            return False
        self.held -= tokens
        return True


def simulate(rate: float, seconds: float, mix: Mix, quotas: Quotas, seed: int = 7) -> Simulated:
    """So many seconds of traffic, the first fifth of which fills the system and is not counted."""
    random_, found = random.Random(seed), Simulated()  # noqa: S311  (a simulation)
    clock = [0.0]
    bucket = _Bucket(quotas.tokens_per_minute / 60, quotas.tokens_per_minute, 0.0)
    idle: list[Breaker] = []
    busy: list[tuple[float, int, Breaker]] = []
    held: Counter[int] = Counter()  # time by number of busy environments, in microseconds
    now, since, warm = 0.0, 0.0, seconds / 5
    number = 0

    def pass_time(until: float) -> None:
        nonlocal since
        if until > warm:
            held[len(busy)] += round((until - max(since, warm)) * 1e6)
        since = until

    while (now := now + random_.expovariate(rate)) < seconds:
        while busy and busy[0][0] <= now:
            pass_time(busy[0][0])
            idle.append(heapq.heappop(busy)[2])
        pass_time(now)
        clock[0] = now
        number += 1
        breaker = idle.pop() if idle else Breaker(clock=lambda: clock[0])
        source, took = _answer(breaker, mix, bucket, now, random_)
        if now > warm:
            found.outcomes[source] += 1
        heapq.heappush(busy, (now + took, number, breaker))
    found.environments = len(idle) + len(busy)
    found.granted = found.outcomes["distilled"]
    total = sum(held.values())
    found.concurrency = sum(count * time for count, time in held.items()) / total
    found.peak = _exceeded(held, total)
    return found


def _answer(breaker: Breaker, mix: Mix, bucket: _Bucket, now: float, random_: random.Random) -> tuple[str, float]:
    if random_.random() >= mix.distilled:
        return "edge", mix.edge_seconds
    if not breaker.allows(_MODEL):
        return "fallback", mix.edge_seconds
    if not bucket.takes(now, mix.input_tokens + mix.reserved_tokens):
        breaker.failed(_MODEL)
        return "fallback", _REFUSED_SECONDS
    breaker.succeeded(_MODEL)
    factor = random_.lognormvariate(-_SPREAD * _SPREAD / 2, _SPREAD)
    return "distilled", mix.distilled_seconds * factor


def _exceeded(held: Counter[int], total: int) -> int:
    above = 0
    for count in sorted(held, reverse=True):
        above += held[count]
        if above > RARELY * total:
            return count
    return 0
