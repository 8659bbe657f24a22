"""One embedded Bedrock: its rooms, and the way of a request through them."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from local.bedrock import rights
from local.bedrock.catalogue.foundation import Foundation
from local.bedrock.core import Core, subject
from local.bedrock.faults import client as faults
from local.bedrock.faults.table import parse, refusal
from local.bedrock.jobs.batch import Batch
from local.bedrock.jobs.custom_models import CustomModels
from local.bedrock.jobs.customization import Customization
from local.bedrock.jobs.evaluation import Evaluation
from local.bedrock.serving.choice import Serving
from local.bedrock.serving.deployments import Deployments
from local.bedrock.serving.provisioned import ProvisionedThroughput
from local.bedrock.serving.runtime import Runtime
from local.bedrock.wire.errors import ApiError, not_embedded
from local.bedrock.wire.messages import HttpAnswer, HttpRequest, Input, Output, Query
from local.bedrock.wire.rest_json import Wire

_log = logging.getLogger(__name__)
CONTROL, RUNTIME = "bedrock", "bedrock-runtime"
Operation: TypeAlias = Callable[[Input], Output]
Handler: TypeAlias = Callable[[str, str, Mapping[str, str], bytes, Query], Awaitable[tuple[int, dict[str, str], bytes]]]


class Bedrock:
    """Answers HTTP requests for both services. State lives as long as the object."""

    def __init__(self, core: Core) -> None:
        self._core, self._faults = core, core.faults
        self._wires = {CONTROL: Wire(CONTROL), RUNTIME: Wire(RUNTIME)}
        models = CustomModels(core.place)
        deployments = Deployments(core, models)
        provisioned = ProvisionedThroughput(core, models)
        runtime = Runtime(core, Serving(core, deployments, provisioned), self._wires[RUNTIME])
        control = (
            Foundation(core.backend.cards, core.place),
            Customization(core, models),
            models,
            deployments,
            provisioned,
            Evaluation(core),
            Batch(core, runtime),
        )
        self.operations: Mapping[str, Mapping[str, Operation]] = {
            CONTROL: {name: work for room in control for name, work in room.operations.items()},
            RUNTIME: runtime.operations,
        }
        # The event loop is MiniStack's: whatever computes or waits for S3 leaves it.
        self._threads = {CONTROL: ThreadPoolExecutor(4, "control"), RUNTIME: ThreadPoolExecutor(2, "inference")}

    async def handle(self, service: str, request: HttpRequest) -> HttpAnswer:
        """One request of one service; errors of any kind are answers too."""
        wire = self._wires[service]
        try:
            if request.path == faults.PATH and request.method in {"GET", "PUT"}:
                return self._configure(request)
            return await self._perform(service, request)
        except ApiError as error:
            return wire.failure(error)
        except Exception:  # noqa: BLE001  (the caller sees what a fault of the service looks like; the log has the cause)
            _log.exception("%s %s broke", request.method, request.path)
            return wire.failure(ApiError("InternalServerException", "An internal error occurred. Please try again."))

    def handler(self, service: str) -> Handler:
        """`handle` for one service, as MiniStack calls it."""

        async def handle(
            method: str, path: str, headers: Mapping[str, str], body: bytes, query: Query
        ) -> tuple[int, dict[str, str], bytes]:
            return await self.handle(service, HttpRequest(method, path, headers, body, query))

        return handle

    async def _perform(self, service: str, request: HttpRequest) -> HttpAnswer:
        wire = self._wires[service]
        call = wire.match(request)
        name = call.operation.name
        work = self.operations[service].get(name)
        if work is None:
            raise not_embedded(name)
        given = wire.parse(call)
        rights.check(
            self._core.rights, request.headers, rights.wanted(name, given, self._core.place, self._core.backend.cards)
        )
        for fault in self._faults.hit(name, subject(given), ("latency", "throttle", "error")):
            if fault.kind != "latency":
                raise refusal(fault)
            await asyncio.sleep(fault.seconds)
        result = await asyncio.get_running_loop().run_in_executor(self._threads[service], work, given)
        return wire.answer(call.operation, result)

    def _configure(self, request: HttpRequest) -> HttpAnswer:
        if request.method == "PUT":
            self._faults.replace(parse(request.body))
        return HttpAnswer(200, {"Content-Type": "application/json"}, json.dumps(self._faults.state()).encode())
