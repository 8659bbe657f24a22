"""Real handlers under the real state machine, over an AWS in memory whose every call may be the one to break.

What comes before Evaluate is played (a data set, a model, edge figures), and so are the answers of the candidates;
planning, deploying, judging, reporting, gating, promoting, discarding and notifying are the real functions.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any

from cli import sweep
from cli.target import Target
from deploy import handler as deploying
from doors import Handler, clients
from evaluate import data
from evaluate import handler as evaluating
from evaluate.responses import Response
from generate import handler as planning
from intent.candidates import ACTIVE, KNOWN, STUDENTS
from intent.runs import LEASE, Keys, job_name, run_id
from pipeline import handler as notifying
from store.objects import Objects
from store.pointer import PointerStore
from tests.pipeline.conftest import all_well
from tests.pipeline.machine import Function, Machine, Walk
from tests.unit.conftest import BUCKET
from tests.unit.deploy.fakes import FakeBedrock, FakeS3, FakeSsm, deployment_of, error, model_of
from tests.unit.evaluate.conftest import HELD, MANIFEST, TRAINING, VALIDATION
from tests.unit.evaluate.samples import judged, response
from tests.unit.generate.fakes import converse
from tests.unit.samples import MODALITIES, NOW, defaults, edge_student, leaning

POINTER = "/intent-router/dev/active"
FIRST = "Evaluate: answer the held-out set"
_MACHINE = "arn:aws:states:us-east-1:123456789012:execution:pipeline:"
_READS = ("get_", "list_", "describe_")
_SPLITS = ("train", "validation", "holdout")
ENVIRONMENT = {
    "DATA_BUCKET": BUCKET,
    "POINTER_PARAMETER": POINTER,
    "EVALUATION_ROLE_ARN": "arn:aws:iam::123456789012:role/judge",
    "TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:notices",
    "STAGE": "dev",
    "RUN_DEFAULTS": json.dumps({**defaults(), "examples": 140, "holdout": 20, "chunk_size": 20}),
}


class Killed(BaseException):
    """The execution was stopped, or its process died: nothing of it runs any more, not even a Catch."""


@dataclass
class Break:
    """The k-th call breaks (from 0): before it has an effect, or after (then a read counts not: it has none)."""

    at: int
    after: bool
    error: Callable[[], BaseException]
    writes: bool = False  # count these only
    calls: int = 0
    what: str = ""

    def __call__(self, name: str, call: Callable[[], Any]) -> Any:
        if (self.after or self.writes) and name.startswith(_READS):
            return call()
        self.calls += 1
        if self.calls - 1 != self.at:
            return call()
        self.what = name
        if self.after:
            call()
        raise self.error()

    @property
    def broke(self) -> bool:
        return self.calls > self.at


class Body(BytesIO):
    """Of an S3 answer."""

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        while chunk := self.read(size):
            yield chunk


class S3(FakeS3):
    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        found = super().get_object(Bucket, Key)
        return {**found, "Body": Body(found["Body"].getvalue())}

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        (page,) = super().paginate(Bucket, Prefix)
        return iter([{"Contents": [{**entry, "Size": 1, "LastModified": NOW} for entry in page["Contents"]]}])


class Bedrock(FakeBedrock):
    """Deployments and models by name as well; judge jobs that write what they find as soon as they start."""

    def __init__(self, s3: S3) -> None:
        super().__init__()
        self.names: dict[str, str] = {}  # ARN by name
        self.jobs: dict[str, str] = {}
        self._s3 = s3

    def get_foundation_model(self, modelIdentifier: str) -> dict[str, Any]:  # noqa: N803
        return {"modelDetails": {"modelId": modelIdentifier, "modelLifecycle": {"status": "ACTIVE"}}}

    def converse(self, **request: Any) -> dict[str, Any]:
        return converse(request)

    def create_custom_model_deployment(self, **request: Any) -> dict[str, str]:
        name = request["modelDeploymentName"]
        arn = self.names[name] = deployment_of(name)
        self.deployments[arn] = request["modelArn"]
        return {"customModelDeploymentArn": arn}

    def get_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> dict[str, Any]:  # noqa: N803
        arn = self.names.get(customModelDeploymentIdentifier, customModelDeploymentIdentifier)
        found = super().get_custom_model_deployment(arn)
        return {**found, "customModelDeploymentArn": arn, "modelArn": self.deployments[arn]}

    def delete_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> None:  # noqa: N803
        arn = self.names.get(customModelDeploymentIdentifier, customModelDeploymentIdentifier)
        super().delete_custom_model_deployment(arn)

    def delete_custom_model(self, modelIdentifier: str) -> None:  # noqa: N803
        super().delete_custom_model(self.names.get(modelIdentifier, modelIdentifier))

    def list_custom_model_deployments(self, modelArnEquals: str | None = None) -> dict[str, Any]:  # noqa: N803
        return self._named(super().list_custom_model_deployments(modelArnEquals), "customModelDeployment")

    def list_custom_models(self, isOwned: bool) -> dict[str, Any]:  # noqa: FBT001, N803
        return self._named(super().list_custom_models(isOwned), "model")

    def create_evaluation_job(self, **request: Any) -> dict[str, str]:
        name = request["jobName"]
        if name in self.jobs:
            raise error("ConflictException")
        self.jobs[name] = f"arn:{name}"
        prefix = request["outputDataConfig"]["s3Uri"].removeprefix(f"s3://{BUCKET}/")
        source = request["inferenceConfig"]["models"][0]["precomputedInferenceSource"]["inferenceSourceIdentifier"]
        key = f"{prefix}job/uuid/models/{source}/taskTypes/General/datasets/holdout/output.jsonl"
        lines = "".join(f"{judged(example.query, 1.0)}\n" for example in HELD)
        self._s3.put_object(Key=key, Body=lines.encode())
        return {"jobArn": self.jobs[name]}

    def list_evaluation_jobs(self, **_: Any) -> dict[str, Any]:
        return {
            "jobSummaries": [{"jobName": name, "jobArn": arn, "status": "Completed"} for name, arn in self.jobs.items()]
        }

    def get_evaluation_job(self, **_: Any) -> dict[str, str]:
        return {"status": "Completed"}

    def stop_evaluation_job(self, **_: Any) -> dict[str, str]:
        raise error("ConflictException")  # it has ended

    def _named(self, listed: dict[str, Any], kind: str) -> dict[str, Any]:
        by_arn = {arn: name for name, arn in self.names.items()}
        (items,) = listed.values()
        for item in items:
            item[f"{kind}Name"] = by_arn.get(item[f"{kind}Arn"], item[f"{kind}Name"])
        return listed


class States:
    """Step Functions' memory of executions: ARN to status."""

    class exceptions:  # noqa: N801  (boto3's name)
        ExecutionDoesNotExist = KeyError

    def __init__(self) -> None:
        self.executions: dict[str, str] = {}

    def describe_execution(self, executionArn: str) -> dict[str, str]:  # noqa: N803
        return {"status": self.executions[executionArn]}

    def get_paginator(self, _: str) -> "States":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        running = [arn.rpartition(":")[2] for arn, status in self.executions.items() if status == "RUNNING"]
        return iter([{"executions": [{"name": name} for name in running]}])


class Sns:
    def __init__(self) -> None:
        self.published: list[str] = []
        self.messages: list[dict[str, Any]] = []

    def publish(self, **request: str) -> None:
        self.published.append(request["Subject"])
        self.messages.append(json.loads(request["Message"]))


class Watched:
    """A client whose calls go through the world's `around`, with their names."""

    def __init__(self, world: "World", client: Any, label: str = "") -> None:
        self._world, self._client, self._label = world, client, label

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def pages(operation: str) -> Watched:
            return Watched(self._world, found(operation), operation)

        def call(**request: Any) -> Any:
            return self._world.around(self._label or name, lambda: found(**request))

        return pages if name == "get_paginator" else call


def as_it_is(_: str, call: Callable[[], Any]) -> Any:
    """Nothing breaks."""
    return call()


@dataclass
class World:
    """All that outlives a crash. `around`: what happens around each AWS call of the pipeline's functions."""

    s3: S3 = field(default_factory=S3)
    ssm: FakeSsm = field(default_factory=FakeSsm)
    sns: Sns = field(default_factory=Sns)
    states: States = field(default_factory=States)
    around: Callable[[str, Callable[[], Any]], Any] = field(default=as_it_is)

    def __post_init__(self) -> None:
        self.bedrock = Bedrock(self.s3)

    def client(self, service: str, **_: object) -> Any:
        """What `boto3.client` gives the functions."""
        if service == "bedrock-runtime":
            return self.bedrock  # calls of models change nothing: none of them breaks
        found = {"s3": self.s3, "ssm": self.ssm, "sns": self.sns, "bedrock": self.bedrock}.get(service)
        return self.states if found is None else Watched(self, found)

    def copy(self) -> "World":
        return copy.deepcopy(self)

    @staticmethod
    def execution(name: str) -> str:
        """ARN of an execution."""
        return f"{_MACHINE}{name}"

    def shape(self) -> object:
        """All that a later execution can tell this world from another by; times and the like are left out."""
        bedrock = (sorted(self.bedrock.deployments), sorted(self.bedrock.models), sorted(self.bedrock.jobs))
        keys = self.objects.keys("")
        return repr((keys, self.lease, self.promotions(), len(self.ssm.values), bedrock, self.states.executions))

    @property
    def objects(self) -> Objects:
        return Objects(self.s3, BUCKET)  # pyright: ignore[reportArgumentType]  (of a client it has what is used)

    @property
    def pointers(self) -> PointerStore:
        return PointerStore(self.ssm, POINTER)  # pyright: ignore[reportArgumentType]

    @property
    def lease(self) -> bytes | None:
        return self.objects.find(LEASE)

    def promotions(self) -> list[tuple[int, str]]:
        """Version and run of every value that counted, in order; values written once more are one."""
        found: list[tuple[int, str]] = []
        for number, text in enumerate(self.ssm.values, 1):
            value = json.loads(text)
            if value["revision"] == number and "run_id" in value:
                promotion = (value["version"], value["run_id"])
                found += [promotion] if promotion not in found[-1:] else []
        return found

    def swept(self) -> set[str]:
        """ARNs and prefixes that `router sweep` lists."""
        target = Stack(self)
        return {orphan.target for orphan in sweep.find(target)}


class Stack(Target):
    """The world as `router sweep` sees it."""

    world: World

    def __init__(self, world: World) -> None:
        object.__setattr__(self, "world", world)
        object.__setattr__(self, "stage", "dev")

    def client(self, service: str) -> Any:
        return self.world.bedrock if service == "bedrock" else self._plain(service)

    def _plain(self, service: str) -> Any:
        return {"s3": self.world.s3, "ssm": self.world.ssm, "stepfunctions": self.world.states}[service]

    def output(self, name: str) -> str:
        return {"StateMachineArn": "m", "DataBucketName": BUCKET, "PointerName": POINTER}[name]


def as_they_are(_: str, answers: list[Response]) -> list[Response]:
    """Every candidate answers as the teacher would."""
    return answers


class Pipeline:
    """Executions of the state machine in a world. `spoil`: what becomes of a candidate's answers, by its name."""

    def __init__(
        self,
        definition: Mapping[str, Any],
        world: World,
        spoil: Callable[[str, list[Response]], list[Response]] = as_they_are,
    ) -> None:
        self._definition, self._spoil = definition, spoil
        self.world = world
        self.results: dict[str, Any] = {}

    def start(
        self, name: str, given: Mapping[str, Any] | None = None, *, tries: int = 1, **others: Function
    ) -> Walk | None:
        """One execution, as far as it gets: None if it was killed. `tries`: of each function, as Retry has it."""
        return self._run(self._definition, name, given, tries, others)

    def go_on(self, name: str, variables: Mapping[str, Any], *, tries: int = 1) -> Walk | None:
        """The same from Evaluate on, with what the states before it have assigned."""
        states = self._definition["States"]
        before = {**states["Plan: set out"]["Assign"], **variables}
        first = {"Type": "Pass", "Assign": before, "Next": FIRST}
        return self._run({"StartAt": "Start", "States": {**states, "Start": first}}, name, None, tries, {})

    def _run(
        self,
        definition: Mapping[str, Any],
        name: str,
        given: Mapping[str, Any] | None,
        tries: int,
        others: Mapping[str, Function],
    ) -> Walk | None:
        clients.client.cache_clear()
        arn, executions = self.world.execution(name), self.world.states.executions
        executions[arn] = "RUNNING"
        functions = {key: self._kept(key, call, tries) for key, call in {**self._functions(), **others}.items()}
        try:
            walk = Machine(definition, functions).run(given, {"Id": arn, "Name": name})
        except Killed:
            executions[arn] = "ABORTED"
            return None
        executions[arn] = "SUCCEEDED" if walk.end == "Succeed" else "FAILED"
        return walk

    def _kept(self, name: str, function: Function, tries: int) -> Function:
        def call(payload: dict[str, Any]) -> Any:
            for left in reversed(range(tries)):
                try:
                    self.results[name] = function(json.loads(json.dumps(payload)))
                    break
                except Exception:
                    if not left:
                        raise
            return json.loads(json.dumps(self.results[name]))

        return call

    def _functions(self) -> dict[str, Function]:
        real = {
            "CreateFunction": deploying.create,
            "DeployStatusFunction": deploying.status,
            "DeleteFunction": deploying.delete,
            "PromoteFunction": deploying.promote,
            "RetireFunction": deploying.retire,
            "JudgeStartFunction": evaluating.judge_start,
            "JudgeStatusFunction": evaluating.judge_status,
            "JudgeStopFunction": getattr(evaluating, "judge_stop", None),
            "ReportFunction": evaluating.report,
            "GateFunction": evaluating.gate,
            "NotifyFunction": notifying.notify,
        }
        played = {
            "PlanFunction": self._plan,
            "AssembleFunction": self._assemble,
            "StartFunction": self._train,
            "DistillStatusFunction": self._trained,
            "EdgeFunction": self._fit,
            "AnswerFunction": self._answer,
        }
        doors = {name: partial(_through, door) for name, door in real.items() if door}
        return {**all_well(), **doors, **played}

    def _plan(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {**planning.plan(payload, None), "last": 1}  # one batch to play

    def _trained(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"status": "Completed", "reason": None, "model_arn": self._model}

    def _assemble(self, payload: dict[str, Any]) -> dict[str, Any]:
        keys, objects = Keys(payload["run_id"]), self.world.objects
        objects.write_lines(keys.split("train"), TRAINING)
        for name in _SPLITS[1:]:
            objects.write_lines(keys.split(name), [name])
        digests = {name: sha256(objects.read(keys.split(name))).hexdigest() for name in _SPLITS}
        objects.write_lines(keys.examples("holdout"), (example.model_dump_json() for example in HELD))
        objects.write_json(keys.manifest, {**MANIFEST, "sha256": digests})
        return {"status": "ready", "train": 113, "validation": 7, "holdout": 20}

    def _train(self, payload: dict[str, Any]) -> dict[str, Any]:
        run = payload["run_id"]
        self._model = model_of(run)
        self.world.bedrock.models.add(self._model)
        self.world.bedrock.names[job_name(run, "distill")] = self._model
        return {"ok": True, "job_arn": f"arn:job-{run}"}

    def _fit(self, payload: dict[str, Any]) -> dict[str, Any]:
        keys, objects, blob = Keys(payload["run_id"]), self.world.objects, edge_student().to_bytes()
        objects.write(keys.edge_model, blob)
        objects.write_json(keys.edge_metrics, {"top1": 0.9})
        objects.write_json(keys.edge_validation, VALIDATION)
        return {"s3_key": keys.edge_model, "sha256": sha256(blob).hexdigest(), "threshold": 0.9}

    def _answer(self, payload: dict[str, Any]) -> dict[str, Any]:
        name, chunk = payload["candidate"], payload["chunk"]
        tokens = {
            "distilled": (40, 10),
            ACTIVE: (40, 10),
            "base": (600, 60),
            "base-short": (40, 10),
            "baseline": (600, 60),
            "teacher": (600, 60),
        }
        read, said = tokens.get(name, (0, 0))
        ms = 5.0 if name in (*STUDENTS, ACTIVE) else 50.0
        more: dict[str, Any] = {"latency_ms": ms, "input_tokens": read, "output_tokens": said}
        more["confidence"] = 0.9 if name == "edge" else None
        answers = [response(n, leaning(MODALITIES[n % 4]), **more) for n in range(20)]
        watched: Any = self.world.client("s3")
        data.keep_chunk(Objects(watched, BUCKET), Keys(payload["run_id"]), name, chunk, self._spoil(name, answers))
        assert name in KNOWN
        return {"candidate": name, "answered": 20, "valid": 20}


def _through(door: Handler, payload: dict[str, Any]) -> dict[str, Any]:
    return door(payload, None)


def run_of(name: str) -> str:
    """The id of the run that an execution of this name starts."""
    return run_id(name)
