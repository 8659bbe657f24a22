"""What the embedded Bedrock keeps: resources found by ARN, id or name, created once per client token."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from secrets import choice
from string import ascii_lowercase, digits
from threading import RLock
from typing import Generic, TypeVar

from local.bedrock.wire.errors import conflict, not_found
from local.bedrock.wire.messages import Input

_ID_LENGTH = 12


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """The last part of a Bedrock ARN: 12 lower case letters and digits."""
    return "".join(choice(ascii_lowercase + digits) for _ in range(_ID_LENGTH))


@dataclass(kw_only=True)
class Resource:
    """Anything with an ARN and a name of its own."""

    arn: str
    name: str
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)

    def touch(self) -> None:
        """Note that something about it changed."""
        self.modified = now()


ResourceT = TypeVar("ResourceT", bound=Resource)


class Store(Generic[ResourceT]):
    """Resources of one kind. Safe to use from several threads; `lock` makes longer sequences of steps one."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.lock = RLock()
        self._by_arn: dict[str, ResourceT] = {}
        self._tokens: dict[str, tuple[str, str]] = {}

    def __iter__(self) -> Iterator[ResourceT]:
        with self.lock:
            return iter(list(self._by_arn.values()))

    def find(self, identifier: str) -> ResourceT | None:
        """By ARN, by the ARN's last part, or by name."""
        with self.lock:
            if identifier in self._by_arn:
                return self._by_arn[identifier]
            return next((item for item in self if identifier in {item.name, item.arn.rpartition("/")[2]}), None)

    def get(self, identifier: str) -> ResourceT:
        """As `find`. Raises ResourceNotFoundException."""
        if found := self.find(identifier):
            return found
        raise not_found(f"The provided {self.kind} identifier {identifier} is invalid: no such {self.kind}.")

    def create(self, request: Input, make: Callable[[], ResourceT]) -> tuple[ResourceT, bool]:
        """The resource and whether it is new: the same client token and input give the first one again.

        Raises ConflictException for a token that came with another input.
        """
        token = str(request.get("clientRequestToken", new_id()))
        digest = sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        with self.lock:
            if token in self._tokens:
                arn, known = self._tokens[token]
                if known != digest:
                    raise conflict(f"The client request token {token} was used with different parameters.")
                if arn in self._by_arn:
                    return self._by_arn[arn], False
            made = make()
            self._by_arn[made.arn], self._tokens[token] = made, (made.arn, digest)
            return made, True

    def remove(self, item: ResourceT) -> None:
        """Forget it; its client token does not bring it back."""
        with self.lock:
            del self._by_arn[item.arn]
