"""Whole runs through the real functions of every room, over S3, SSM and Bedrock in memory.

Planning, writing, assembling, training, fitting, deploying, judging, reporting and promoting are real; the teacher
writes what it is asked for, the job trains at once, and the candidates answer as the teacher would.
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from distill import edge_student
from distill import handler as distilling
from doors import clients
from evaluate import bootstrap, data
from evaluate.responses import Answered, Response, join
from generate import handler as generating
from intent.records import Example
from intent.runs import Keys
from store.objects import Objects
from tests.pipeline.machine import Function, Walk
from tests.pipeline.world import ENVIRONMENT as PLAYED
from tests.pipeline.world import S3, Bedrock, Pipeline, Watched, World
from tests.unit.conftest import BUCKET
from tests.unit.deploy.fakes import error, model_of
from tests.unit.evaluate.samples import judged

ENVIRONMENT = {
    **PLAYED,
    "CUSTOMIZATION_ROLE_ARN": "arn:aws:iam::123456789012:role/training",
    "KEY_ARN": "arn:aws:kms:us-east-1:123456789012:key/one",
}
Paid = dict[str, dict[str, Any]]
Start = Callable[[World, str, dict[str, Any]], Walk | None]


REFUSAL: Any = {
    "Error": {"Code": "AccessDeniedException", "Message": "You don't have access to the model."},
    "ResponseMetadata": {"HTTPStatusCode": 403},
}


def no(_: dict[str, Any]) -> bool:
    """No call is refused."""
    return False


class Store(S3):
    def put_object(self, Key: str, Body: Any, **condition: Any) -> None:  # noqa: N803  (boto3's names)
        super().put_object(Key, Body if isinstance(Body, bytes) else Body.read(), **condition)


class Service(Bedrock):
    """Also trains, at once; `trained`: jobs by name, each of them paid."""

    def __init__(self, s3: S3) -> None:
        super().__init__(s3)
        self.objects = Objects(s3, BUCKET)  # pyright: ignore[reportArgumentType]  (of a client it has what is used)
        self.trained: Paid = {}
        self.refuses: Callable[[dict[str, Any]], bool] = no
        self.asked: list[dict[str, Any]] = []

    def converse(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.refuses(request):
            raise ClientError(REFUSAL, "Converse")
        return super().converse(**request)

    def create_model_customization_job(self, **request: Any) -> dict[str, str]:
        name = request["jobName"]
        if name in self.trained:
            raise error("ConflictException")
        model = model_of(name)
        self.models.add(model)
        self.names[name] = model
        self.trained[name] = {
            "jobArn": f"arn:{name}",
            "status": "Completed",
            "clientRequestToken": request["clientRequestToken"],
            "outputModelArn": model,
        }
        return {"jobArn": f"arn:{name}"}

    def get_model_customization_job(self, jobIdentifier: str) -> dict[str, Any]:  # noqa: N803
        name = jobIdentifier.removeprefix("arn:")
        if name not in self.trained:
            raise error("ResourceNotFoundException")
        return self.trained[name]

    def get_custom_model(self, modelIdentifier: str) -> dict[str, str]:  # noqa: N803
        if modelIdentifier not in self.models:
            raise error("ResourceNotFoundException")
        return {"modelArn": modelIdentifier}

    def create_evaluation_job(self, **request: Any) -> dict[str, str]:
        started = super().create_evaluation_job(**request)
        prefix = request["outputDataConfig"]["s3Uri"].removeprefix(f"s3://{BUCKET}/")
        (key,) = (key for key in self.objects.keys(prefix) if key.endswith("output.jsonl"))
        held = held_out(self.objects, prefix.split("/")[1])
        self.objects.write(key, "".join(f"{judged(example.query, 1.0)}\n" for example in held).encode())
        return started


class Whole(World):
    """A world with a teacher in it and with training."""

    def __post_init__(self) -> None:
        self.s3 = Store()
        self.bedrock = Service(self.s3)

    def client(self, service: str, **others: object) -> Any:
        return Watched(self, self.bedrock) if service == "bedrock-runtime" else super().client(service, **others)

    @property
    def service(self) -> Service:
        assert isinstance(self.bedrock, Service)
        return self.bedrock

    @property
    def paid(self) -> Paid:
        return self.service.trained


def held_out(objects: Objects, run: str) -> list[Example]:
    return [Example.model_validate_json(line) for line in objects.read_lines(Keys(run).examples("holdout"))]


class Real(Pipeline):
    """Nothing is played but the candidates' answers."""

    def _functions(self) -> dict[str, Function]:
        real = {
            "PlanFunction": generating.plan,
            "BatchFunction": generating.batch,
            "AssembleFunction": generating.assemble,
            "StartFunction": distilling.start,
            "DistillStatusFunction": distilling.status,
            "StopFunction": distilling.stop,
            "EdgeFunction": distilling.edge,
        }
        doors: dict[str, Function] = {name: partial(_through, door) for name, door in real.items()}
        return {**super()._functions(), **doors}

    def _answer(self, payload: dict[str, Any]) -> dict[str, Any]:
        name, run = payload["candidate"], payload["run_id"]
        sure = {"confidence": 0.9} if name == "edge" else {}
        ms, tokens = (5.0, 40) if name in ("edge", "distilled") else (50.0, 600)
        more = {"latency_ms": ms, "input_tokens": tokens if name != "edge" else 0, "output_tokens": 10, **sure}
        answers: list[Response] = [
            join(example, Answered.model_validate({"text": "", "weights": example.weights, "reason": None, **more}))
            for example in held_out(self.world.objects, run)
        ]
        data.keep_chunk(self.world.objects, Keys(run), name, payload["chunk"], answers)
        return {"candidate": name, "answered": len(answers), "valid": len(answers)}


def _through(door: Callable[[dict[str, Any], object], dict[str, Any]], payload: dict[str, Any]) -> dict[str, Any]:
    return door(payload, None)


def once(figure: Callable[..., Any]) -> Callable[..., Any]:
    """The same of the same: fits and intervals take most of a run's time, and call nobody."""
    known: dict[str, Any] = {}

    def found(*given: Any) -> Any:
        key = repr([part for part in given if isinstance(part, list | tuple | int)])
        if key not in known:
            known[key] = figure(*given)
        return known[key]

    return found


@pytest.fixture(scope="module")
def start(substituted: Mapping[str, Any]) -> Generator[Start]:
    """Runs of the whole machine in the world that each is given."""
    with pytest.MonkeyPatch.context() as patch:
        held: list[World] = []

        def client(service: str, **_: object) -> Any:
            return held[0].client(service)

        patch.setattr(boto3, "client", client)
        patch.setattr(edge_student, "fit_model", once(edge_student.fit_model))
        for name in ("intervals", "groups", "paired"):
            patch.setattr(bootstrap, name, once(getattr(bootstrap, name)))
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)

        def started(world: World, name: str, given: dict[str, Any]) -> Walk | None:
            held[:] = [world]
            return Real(substituted, world).start(name, given)

        yield started
    clients.client.cache_clear()
