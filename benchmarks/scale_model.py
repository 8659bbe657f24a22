"""What traffic asks of an account, and what it costs: pure arithmetic over typed settings.

docs/scale.md tells of each setting whether it is measured, documented or assumed. Rates are per second, times in
seconds, sizes in bytes, money in USD; a month has 30 days.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist

from intent import prices

MONTH = 30 * 86_400
MILLION = 1e6
STUDENT = "amazon.nova-micro-v1:0"
RARELY = 1e-4  # share of the time in which more may be needed than is there


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Who answers, and how long the function is busy with it. The rest of the queries goes to the distilled student."""

    name: str = "cascade"
    cache: float = 0.0
    edge: float = 0.93
    edge_seconds: float = 0.0011
    distilled_seconds: float = 0.833
    start_seconds: float = 0.5
    life_seconds: float = 7_200.0  # of an environment, after which Lambda makes another
    memory_gb: float = 1.0
    input_tokens: float = 38.0
    output_tokens: float = 34.0
    reserved_tokens: float = 80.0  # maxTokens of a question: counted when it begins
    log_bytes: float = 1_000.0
    platform_log_bytes: float = 1_000.0  # Lambda's own lines and the access log

    @property
    def distilled(self) -> float:
        """Share of the queries that the distilled student is asked."""
        return 1.0 - self.cache - self.edge

    @property
    def busy_seconds(self) -> float:
        """Mean time that a request holds an environment."""
        return (1.0 - self.distilled) * self.edge_seconds + self.distilled * self.distilled_seconds


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Of the account and Region, but for the first three, which are settings in cdk.json."""

    key_per_day: float = 1_000_000
    route_rate: float = 50
    route_burst: float = 100
    gateway_rate: float = 10_000
    gateway_burst: float = 5_000
    lambda_concurrency: float = 1_000
    lambda_rate_per_environment: float = 10
    lambda_growth: float = 100  # environments a second
    tokens_per_minute: float = 4_000_000
    ssm_rate: float = 40
    pointer_seconds: float = 20


@dataclass(frozen=True, kw_only=True)
class AwsPrices:
    """List prices of us-east-1 without free tiers. `gateway`: (millions of requests up to here, USD per million)."""

    gateway: tuple[tuple[float, float], ...] = ((333, 3.5), (1_000, 2.8), (20_000, 2.38), (math.inf, 1.51))
    lambda_million: float = 0.20
    lambda_gb_second: float = 0.0000133334
    log_gb: float = 0.50
    metric: float = 0.30
    metrics: int = 13
    alarm: float = 0.10
    alarms: int = 9
    dashboard: float = 3.0
    trace_million: float = 5.0
    trace_always: float = 1.0  # traces a second, and then a share: X-Ray's default rule
    trace_share: float = 0.05
    key: float = 1.0
    kms_10_000: float = 0.03
    ssm_10_000: float = 0.05  # with higher throughput only


@dataclass(frozen=True)
class Load:
    """What a rate asks for."""

    rate: float
    concurrency: float
    peak: float
    starts: float
    pointer_reads: float
    tokens_per_minute: float
    reserved_per_minute: float


@dataclass(frozen=True)
class Limit:
    """A quota or setting: the rate that it carries, and what moves it."""

    name: str
    rate: float
    move: str


@dataclass(frozen=True)
class Account:
    """Mix, quotas and prices together."""

    mix: Mix = field(default_factory=Mix)
    quotas: Quotas = field(default_factory=Quotas)
    aws: AwsPrices = field(default_factory=AwsPrices)


def peak(mean: float) -> int:
    """The concurrency that is exceeded in `RARELY` of the time, if arrivals are Poisson: M/G/infinity.

    Exact up to 500, by the normal approximation beyond.
    """
    if mean > 500:  # noqa: PLR2004  (from here on the two differ by less than one)
        return math.ceil(mean + NormalDist().inv_cdf(1 - RARELY) * math.sqrt(mean) + 0.5)
    probability = total = math.exp(-mean)
    count = 0
    while total < 1 - RARELY:
        count += 1
        probability *= mean / count
        total += probability
    return max(count, 1)


def load(rate: float, mix: Mix, quotas: Quotas) -> Load:
    """Concurrency by Little's law: arrivals times the time that each one stays.

    Environments that are there for the peak read the pointer whenever they answer after its cache time.
    """
    concurrency = rate * mix.busy_seconds
    environments = peak(concurrency)
    starts = min(rate, environments / mix.life_seconds)
    asked = rate * mix.distilled * 60
    return Load(
        rate=rate,
        concurrency=concurrency,
        peak=environments,
        starts=starts,
        pointer_reads=min(rate, environments / quotas.pointer_seconds),
        tokens_per_minute=asked * (mix.input_tokens + mix.output_tokens),
        reserved_per_minute=asked * (mix.input_tokens + mix.reserved_tokens),
    )


def carried(fits: Callable[[float], bool], most: float = 1e7) -> float:
    """The largest rate that fits, to a thousandth. Infinite if `most` does."""
    if fits(most):
        return math.inf
    low, high = 0.0, most
    while high - low > 1e-3 * max(low, 1.0):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def limits(account: Account) -> list[Limit]:
    """Every limit with the rate that it carries, the lowest first."""
    mix, quotas = account.mix, account.quotas

    def asked(rate: float) -> Load:
        return load(rate, mix, quotas)

    environments = quotas.ssm_rate * quotas.pointer_seconds
    found = [
        Limit("quota of one API key, a day", quotas.key_per_day / 86_400, "limits.route_quota_per_day"),
        Limit("throttle of the stage, and of one key", quotas.route_rate, "limits.route_rate, route_burst"),
        Limit("API Gateway, account", quotas.gateway_rate, "quota: throttle rate (L-8A5B8E43)"),
        Limit(
            "Lambda concurrency",
            carried(lambda rate: asked(rate).peak <= quotas.lambda_concurrency),
            "quota: concurrent executions (L-B99A9384)",
        ),
        Limit(
            "Lambda requests",
            quotas.lambda_concurrency * quotas.lambda_rate_per_environment,
            "the same: ten a second for each",
        ),
        Limit(
            "tokens a minute of the deployment",
            carried(lambda rate: asked(rate).reserved_per_minute <= quotas.tokens_per_minute),
            "quota, by its name in the table above; route_mode edge needs none",
        ),
        Limit(
            "Parameter Store reads",
            carried(lambda rate: asked(rate).peak <= environments or rate <= quotas.ssm_rate),
            "its higher throughput",
        ),
    ]
    return sorted(found, key=lambda limit: limit.rate)


def month(rate: float, account: Account) -> dict[str, float]:
    """USD a month at a steady rate, item by item."""
    mix, aws, needs = account.mix, account.aws, load(rate, account.mix, account.quotas)
    requests = rate * MONTH
    table, shipped = prices.load(), requests * mix.distilled / MILLION
    busy = requests * _billed(mix) + needs.starts * MONTH * mix.start_seconds
    sampled = min(rate, aws.trace_always + aws.trace_share * max(rate - aws.trace_always, 0)) * MONTH
    reads = needs.pointer_reads * MONTH
    return {
        "API Gateway": _tiered(requests / MILLION, aws.gateway),
        "Lambda requests": requests / MILLION * aws.lambda_million,
        "Lambda duration": busy * mix.memory_gb * aws.lambda_gb_second,
        "Bedrock tokens": shipped * table.cost(STUDENT, mix.input_tokens * MILLION, mix.output_tokens * MILLION),
        "logs": requests * (mix.log_bytes + mix.platform_log_bytes) / 1e9 * aws.log_gb,
        "traces": sampled / MILLION * aws.trace_million,
        "KMS requests": needs.starts * MONTH / 10_000 * aws.kms_10_000,
        "Parameter Store": reads / 10_000 * aws.ssm_10_000 if needs.pointer_reads > account.quotas.ssm_rate else 0.0,
        "idle": idle(account),
    }


def idle(account: Account) -> float:
    """USD a month of a stack that answers nothing: key, alarms, dashboard, metrics, two models."""
    aws, kept = account.aws, 2 * prices.load().storage.per_model_and_month
    return aws.key + aws.alarm * aws.alarms + aws.dashboard + aws.metric * aws.metrics + kept


def _billed(mix: Mix) -> float:
    """Seconds that are billed for a request: Lambda rounds each up to a millisecond."""
    edge, distilled = (math.ceil(1000 * part) / 1000 for part in (mix.edge_seconds, mix.distilled_seconds))
    return (1 - mix.distilled) * edge + mix.distilled * distilled


def _tiered(amount: float, tiers: tuple[tuple[float, float], ...]) -> float:
    total, below = 0.0, 0.0
    for upto, price in tiers:
        total += max(0.0, min(amount, upto) - below) * price
        below = upto
    return total
