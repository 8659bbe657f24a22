"""A run is killed at every AWS call in turn, from Plan to Notify, before its effect and after it; then it is resumed.

Writing, assembling, training, fitting, deploying, judging, reporting and promoting are the real functions; the teacher
writes what it is asked for, the job trains at once, and the candidates answer as the teacher would.
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import boto3
import pytest

from distill import edge_student
from distill import handler as distilling
from doors import clients
from evaluate import bootstrap, data
from evaluate.responses import Answered, Response, join
from generate import handler as generating
from intent.records import Example
from intent.runs import LEASE, Keys
from store.objects import Objects
from tests.pipeline.machine import Function, Walk
from tests.pipeline.world import ENVIRONMENT as PLAYED
from tests.pipeline.world import S3, Bedrock, Break, Killed, Pipeline, Watched, World, as_it_is, run_of
from tests.unit.conftest import BUCKET
from tests.unit.deploy.fakes import error, model_of
from tests.unit.evaluate.samples import judged
from tests.unit.generate.fakes import converse

ENVIRONMENT = {
    **PLAYED,
    "CUSTOMIZATION_ROLE_ARN": "arn:aws:iam::123456789012:role/training",
    "KEY_ARN": "arn:aws:kms:us-east-1:123456789012:key/one",
}
Paid = dict[str, dict[str, Any]]


class Store(S3):
    def put_object(self, Key: str, Body: Any, **condition: Any) -> None:  # noqa: N803  (boto3's names)
        super().put_object(Key, Body if isinstance(Body, bytes) else Body.read(), **condition)


class Service(Bedrock):
    """Also trains, at once; `trained`: jobs by name, each of them paid."""

    def __init__(self, s3: S3) -> None:
        super().__init__(s3)
        self.objects = Objects(s3, BUCKET)  # pyright: ignore[reportArgumentType]  (of a client it has what is used)
        self.trained: Paid = {}

    def converse(self, **request: Any) -> dict[str, Any]:
        return converse(request)

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
    def paid(self) -> Paid:
        assert isinstance(self.bedrock, Service)
        return self.bedrock.trained


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
def start(substituted: Mapping[str, Any]) -> Generator[Callable[[World, str, dict[str, Any]], Walk | None]]:
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


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_anywhere_and_resumed_the_run_ends_as_if_nothing_had_been(start: Any, *, after: bool) -> None:
    whole, run = Whole(), run_of("first")
    walk = start(whole, "first", {})
    assert walk.end == "Succeed", walk.cause
    assert whole.promotions() == [(1, run)]
    digests = whole.objects.read_json(Keys(run).manifest)["sha256"]
    at, seen = 0, set[object]()
    while True:
        world, breaks = Whole(), Break(at, after, Killed)
        world.around = breaks
        start(world, "first", {})
        world.around = as_it_is
        if not breaks.broke:
            break
        at += 1
        if world.shape() in seen:
            continue  # what was done is the same as after another call
        seen.add(world.shape())
        known = world.objects.find(Keys(run).plan) is not None
        walk = start(world, "again", {"resume": run} if known else {})
        told = f"{breaks.what} {breaks.at}"
        if known and walk.error == "RunFinished":
            assert world.promotions() == [(1, run)], told
            continue
        ended = run if known else run_of("again")
        assert (walk.end, world.promotions()) == ("Succeed", [(1, ended)]), (told, walk.cause)
        assert world.objects.find(LEASE) is None, told
        assert len(world.paid) == 1, told
        manifest = world.objects.read_json(Keys(ended).manifest)
        assert manifest["sha256"] == digests, told
        assert adds_up(manifest), told
    assert at > 100
    assert len(seen) > 30


def adds_up(manifest: Mapping[str, Any]) -> bool:
    """Asked = kept + duplicates + invalid + off-cell + lost."""
    return manifest["asked"] == sum(manifest[name] for name in ("kept", "duplicates", "invalid", "off_cell", "lost"))
