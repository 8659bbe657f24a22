"""The embedded Amazon Bedrock: control plane and runtime behind MiniStack's front door, with small models that work."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from local.bedrock.core import Core
from local.bedrock.files import S3Files
from local.bedrock.names import Place
from local.bedrock.service import CONTROL, RUNTIME, Bedrock
from local.bedrock.wire import HttpRequest

__all__ = ["install"]

Query: TypeAlias = Mapping[str, str | Sequence[str]]
Handler: TypeAlias = Callable[
    [str, str, Mapping[str, str], bytes, Query], Awaitable[tuple[int, dict[str, str], bytes]]
]


def install(ms_app: Any) -> None:  # noqa: ANN401  (the module ministack.app, which has no types)
    """Answer for Bedrock in this MiniStack: the two entries of SERVICE_HANDLERS, nothing else."""
    from ministack.core.responses import get_account_id, get_region  # noqa: PLC0415  (reads the environment on import)

    from local.bedrock.embedded import EmbeddedModels  # noqa: PLC0415

    place = Place(get_account_id(), get_region())
    files = S3Files(f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}", place.region)
    bedrock = Bedrock(Core(place=place, files=files, backend=EmbeddedModels()))
    for service in (CONTROL, RUNTIME):
        ms_app.SERVICE_HANDLERS[service] = _handler(bedrock, service)


def _handler(bedrock: Bedrock, service: str) -> Handler:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Query
    ) -> tuple[int, dict[str, str], bytes]:
        return await bedrock.handle(service, HttpRequest(method, path, headers, body, query))

    return handle
