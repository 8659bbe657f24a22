"""Faults that a test switches on: which operation fails, how, how often. Also the client that switches them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal, cast

PATH = "/foundation-models/-/faults"  # no operation of the service has a model id `-`; MiniStack routes it to us
Kind = Literal["throttle", "error", "latency", "malformed", "fail-job", "stall-job", "cut-job"]
Form = Literal["truncated", "fenced", "nan", "prose"]
FORMS: tuple[Form, ...] = ("truncated", "fenced", "nan", "prose")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One rule. It concerns calls of `operation` in whose input some identifier contains `match` (None: all of them).

    kind: throttle (429) · error (`code`, any of the operation's errors) · latency (`seconds` on top) · malformed (the
    model's text is spoilt as `form` says, or in any form) · fail-job, stall-job (what a Create operation started fails,
    or never ends) · cut-job (a batch job answers the first half of its records only). The first `skip` calls pass; of
    the others at most `times` (None: no bound) are hit, each with
    probability `share`, drawn from `seed`.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # the server checks rules with pydantic

    operation: str
    kind: Kind
    skip: int = 0
    times: int | None = None
    share: float = 1.0
    match: str | None = None
    seconds: float = 0.0
    code: str = "InternalServerException"
    form: Form | None = None
    seed: int = 7


def inject(endpoint: str, faults: Iterable[Fault]) -> None:
    """Make these the rules of the embedded Bedrock at `endpoint`, in place of all earlier ones."""
    _send(endpoint, "PUT", json.dumps([asdict(fault) for fault in faults]))


def clear(endpoint: str) -> None:
    """No more faults."""
    _send(endpoint, "PUT", "[]")


def state(endpoint: str) -> list[dict[str, object]]:
    """The rules in force, each with `fired`."""
    return cast("list[dict[str, object]]", json.loads(_send(endpoint, "GET", "")))


def _send(endpoint: str, method: str, body: str) -> bytes:
    from botocore.auth import SigV4Auth  # noqa: PLC0415  (the server does not need the client's half)
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415

    request = AWSRequest(method=method, url=endpoint.rstrip("/") + PATH, data=body)
    SigV4Auth(Credentials("test", "test"), "bedrock", "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    if answer.status_code != 200:  # noqa: PLR2004  (HTTP OK)
        raise RuntimeError(f"faults: {method} answered {answer.status_code}: {answer.content.decode(errors='replace')}")
    return bytes(answer.content)
