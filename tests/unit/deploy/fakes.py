"""A Bedrock that remembers, clients in whose way something may happen, and a deploy room over all of it."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from deploy.promote import promote_run
from deploy.retire import Retired, retire_older
from intent.pointer import Edge, Pointer
from intent.runs import Keys
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore
from store.versions import VersionStore
from tests.unit.conftest import BUCKET
from tests.unit.samples import DEPLOYMENT, EXECUTION, MODEL, NOW, plan

NAME = "/intent-router/dev/active"
JOB = "arn:job"
Around = Callable[[Callable[[], Any]], Any]


def execution(run: str) -> str:
    return f"{EXECUTION}-{run}"


def deployment_of(run: str) -> str:
    return f"{DEPLOYMENT}-{run}"


def model_of(run: str) -> str:
    return f"{MODEL}-{run}"


def provisioned_of(name: str) -> str:
    return f"arn:aws:bedrock:us-east-1:123456789012:provisioned-model/{name}"


class FakeBedrock:
    """Deployments (ARN: model ARN), throughput and custom models; a model that is served cannot be deleted."""

    def __init__(self) -> None:
        self.deployments: dict[str, str] = {}
        self.models: set[str] = set()
        self.bought: dict[str, dict[str, Any]] = {}  # provisioned throughput by ARN
        self.refuses = ""  # error code that buying is refused with
        self.lingering = False  # a deployment that is deleted stays for a while

    def add(self, run: str) -> None:
        self.deployments[deployment_of(run)] = model_of(run)
        self.models.add(model_of(run))

    def list_custom_model_deployments(self, modelArnEquals: str | None = None) -> dict[str, Any]:  # noqa: N803
        return {
            "modelDeploymentSummaries": [
                {
                    "customModelDeploymentArn": arn,
                    "customModelDeploymentName": arn,
                    "modelArn": model,
                    "status": "Active",
                    "createdAt": NOW,
                }
                for arn, model in self.deployments.items()
                if modelArnEquals in (None, model)
            ]
        }

    def list_custom_models(self, isOwned: bool) -> dict[str, Any]:  # noqa: FBT001, N803
        assert isOwned
        return {
            "modelSummaries": [
                {"modelArn": arn, "modelName": arn, "creationTime": NOW, "modelStatus": "Active"}
                for arn in sorted(self.models)
            ]
        }

    def get_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> dict[str, Any]:  # noqa: N803
        if customModelDeploymentIdentifier not in self.deployments:
            raise error("ResourceNotFoundException")
        return {"status": "Active"}

    def delete_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> None:  # noqa: N803
        if customModelDeploymentIdentifier not in self.deployments:
            raise error("ResourceNotFoundException")
        if not self.lingering:
            del self.deployments[customModelDeploymentIdentifier]

    def list_provisioned_model_throughputs(self, modelArnEquals: str | None = None) -> dict[str, Any]:  # noqa: N803
        return {
            "provisionedModelSummaries": [
                {**bought, "provisionedModelArn": arn}
                for arn, bought in self.bought.items()
                if modelArnEquals in (None, bought["modelArn"])
            ]
        }

    def get_provisioned_model_throughput(self, provisionedModelId: str) -> dict[str, Any]:  # noqa: N803
        found = [
            (arn, item)
            for arn, item in self.bought.items()
            if provisionedModelId in (arn, item["provisionedModelName"])
        ]
        if not found:
            raise error("ResourceNotFoundException")
        ((arn, bought),) = found
        return {**bought, "provisionedModelArn": arn}

    def create_provisioned_model_throughput(self, **request: Any) -> dict[str, str]:
        name, model = request["provisionedModelName"], request["modelId"]
        assert request["clientRequestToken"] == name
        if self.refuses:
            raise error(self.refuses)
        arn = provisioned_of(name)
        what = {"provisionedModelName": name, "modelArn": model, "status": "InService", "creationTime": NOW}
        term = {key: request[key] for key in ("commitmentDuration",) if key in request}
        self.bought[arn] = {**what, "modelUnits": request["modelUnits"], **term}
        return {"provisionedModelArn": arn}

    def delete_provisioned_model_throughput(self, provisionedModelId: str) -> None:  # noqa: N803
        found = self.get_provisioned_model_throughput(provisionedModelId)
        if "commitmentDuration" in found:
            raise error("ConflictException")
        del self.bought[found["provisionedModelArn"]]

    def delete_custom_model(self, modelIdentifier: str) -> None:  # noqa: N803
        if modelIdentifier in {*self.deployments.values(), *(item["modelArn"] for item in self.bought.values())}:
            raise error("ConflictException")
        if modelIdentifier not in self.models:
            raise error("ResourceNotFoundException")
        self.models.remove(modelIdentifier)

    def get_paginator(self, operation: str) -> "FakeBedrock":
        self._operation = getattr(self, operation)
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        return iter([self._operation(**request)])


class FakeS3:
    """One bucket with conditional writes: moto takes 3 ms for a call, and races make twenty thousand."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, str]] = {}
        self._writes = 0

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self._objects:
            raise error("NoSuchKey")
        body, etag = self._objects[Key]
        return {"Body": BytesIO(body), "ETag": etag}

    def put_object(self, Key: str, Body: bytes, **condition: str) -> None:  # noqa: N803
        self._check(Key, **condition)
        if Key in self._objects and condition.get("IfNoneMatch"):
            raise error("PreconditionFailed")
        self._writes += 1
        self._objects[Key] = (Body, f"etag-{self._writes}")

    def delete_object(self, Key: str, **condition: str) -> None:  # noqa: N803
        self._check(Key, **condition)
        self._objects.pop(Key, None)

    def get_paginator(self, operation: str) -> "FakeS3":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        return iter([{"Contents": [{"Key": key} for key in sorted(self._objects) if key.startswith(Prefix)]}])

    def _check(self, key: str, IfMatch: str | None = None, **_: str) -> None:  # noqa: N803
        if IfMatch and key not in self._objects:
            raise error("NoSuchKey")
        if IfMatch and self._objects[key][1] != IfMatch:
            raise error("PreconditionFailed")


class FakeSsm:
    """One parameter: its values, numbered from 1."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def get_parameter(self, Name: str) -> dict[str, Any]:  # noqa: N803
        number = int(Name.partition(":")[2] or len(self.values))
        if not self.values:
            raise error("ParameterNotFound")
        return {"Parameter": {"Value": self.values[number - 1], "Version": number}}

    def put_parameter(self, Value: str, **_: object) -> dict[str, int]:  # noqa: N803
        self.values.append(Value)
        return {"Version": len(self.values)}


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}}, "Operation")


class Crash(Exception):
    """The process died at a call."""


class Dies:
    """Dies at the k-th call, counted from 0: before it has an effect, or after."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.calls = at, after, 0

    def __call__(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls - 1 != self.at:
            return call()
        if self.after:
            call()
        raise Crash

    @property
    def died(self) -> bool:
        return self.calls > self.at


class Hooked:
    """A client whose every call goes through `around`."""

    def __init__(self, client: Any, around: Around) -> None:
        self._client, self._around = client, around

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**request: Any) -> Any:
            return self._around(lambda: found(**request))

        def pages(**request: Any) -> Any:
            return self._around(lambda: list(found(**request)))

        def paginator(operation: str) -> Hooked:
            return Hooked(found(operation), self._around)

        return {"get_paginator": paginator, "paginate": pages}.get(name, call)


class Room:
    """Everything that promoting and retiring touch. `around`: what happens around each AWS call."""

    def __init__(self, aws: dict[str, Any], bedrock: FakeBedrock, around: Around | None = None) -> None:
        s3: Any = Hooked(aws["s3"], around) if around else aws["s3"]
        ssm: Any = Hooked(aws["ssm"], around) if around else aws["ssm"]
        self.client: Any = Hooked(bedrock, around) if around else bedrock
        self.bedrock = bedrock
        self.objects, self.lease = Objects(s3, BUCKET), Lease(s3, BUCKET)
        self.pointers, self.versions = PointerStore(ssm, NAME), VersionStore(self.objects)

    def write_run(self, run: str) -> None:
        """What a run has written before it promotes, its deployment included."""
        keys = Keys(run)
        self.objects.write_json(keys.plan, plan().model_dump(mode="json"))
        self.objects.write_json(keys.manifest, {"sha256": {"train": f"digest of {run}"}})
        candidates = [{"name": "distilled", "top1": 0.9}, {"name": "edge", "top1": 0.85}, {"name": "base", "top1": 0.5}]
        gate = {"passed": True, "reason": "all rules hold", "rules": []}
        self.objects.write_json(
            keys.report, {"candidates": candidates, "gate": gate, "models": {"teacher": "t", "student": "s"}}
        )
        self.bedrock.add(run)

    def promote(self, run: str, edge: Edge | None = None) -> Pointer:
        return promote_run(
            objects=self.objects,
            lease=self.lease,
            pointers=self.pointers,
            execution_arn=execution(run),
            run_id=run,
            deployment_arn=deployment_of(run),
            model_arn=model_of(run),
            job_arn=JOB,
            edge=edge or Edge(s3_key=Keys(run).edge_model, sha256="a" * 64, threshold=0.9),
            now=NOW,
        ).pointer

    def retire(self, run: str) -> Retired:
        return retire_older(
            bedrock=self.client,
            versions=self.versions,
            pointers=self.pointers,
            lease=self.lease,
            execution_arn=execution(run),
        )

    def take(self, run: str) -> None:
        """Take the lease, from whoever has it."""
        self.lease.take(execution(run), run, lambda _: False)

    def whole(self, run: str, edge: Edge | None = None) -> Pointer:
        """A run from its lease to its end."""
        self.write_run(run)
        self.take(run)
        pointer = self.promote(run, edge)
        self.retire(run)
        self.lease.give_back(execution(run))
        return pointer
