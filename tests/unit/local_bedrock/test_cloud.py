"""The real thing: MiniStack in a child process, with the embedded models."""

import io
import json
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import cloud
from local.bedrock.faults import client as faults
from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import wait_until
from tests.unit.local_bedrock.fakes import ROLE, STUDENT, records

pytestmark = pytest.mark.e2e

HANDLER = """
import os, sys, time
def handler(event, context):
    time.sleep(event.get("seconds", 0))
    return {"environment": dict(os.environ), "path": sys.path, "pid": os.getpid()}
"""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.Cloud]:
    os.environ["LEAK_OF_THE_LAUNCHER"] = "secret"
    found = cloud.start(0, tmp_path_factory.mktemp("cloud"), 0.02)
    del os.environ["LEAK_OF_THE_LAUNCHER"]
    yield found
    found.stop()


def client(up: cloud.Cloud, service: str) -> Any:
    given = up.environment()
    session = boto3.Session(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], region_name=given["AWS_REGION"])
    return session.client(
        service, endpoint_url=up.endpoint, config=Config(retries={"total_max_attempts": 1}, proxies={})
    )


def function(up: cloud.Cloud) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as asset:
        asset.writestr("door.py", HANDLER)
    functions = client(up, "lambda")
    functions.create_function(
        FunctionName=f"probe-{time.monotonic_ns()}",
        Runtime="python3.11",
        Role=ROLE,
        Handler="door.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=60,
    )
    return functions


def invoke(functions: Any, **event: object) -> dict[str, Any]:
    name = functions.list_functions()["Functions"][-1]["FunctionName"]
    return json.loads(functions.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"].read())


def test_it_can_be_found_and_listens_on_loopback_only(up: cloud.Cloud) -> None:
    assert cloud.running(up.workdir) == up
    table = Path("/proc/net/tcp")
    if table.exists():
        sockets = [line.split()[1:4] for line in table.read_text().splitlines()[1:]]
        listening = {address for address, _, state in sockets if state == "0A" and address.endswith(f":{up.port:04X}")}
        assert listening == {f"0100007F:{up.port:04X}"}  # 127.0.0.1


def test_lambda_functions_see_neither_the_launcher_nor_the_checkout(up: cloud.Cloud) -> None:
    seen = invoke(function(up))
    checkout = Path(__file__).parents[3]
    assert not {str(checkout), str(checkout / "lambdas")} & set(seen["path"])
    assert {"LEAK_OF_THE_LAUNCHER", "PYTHONPATH", "VIRTUAL_ENV"}.isdisjoint(seen["environment"])
    assert seen["environment"]["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{up.port}"
    assert seen["environment"]["HOME"] == str(up.workdir)
    assert seen["environment"]["OPENBLAS_NUM_THREADS"] == "1"


def test_a_customization_job_from_s3_to_a_routed_query(up: cloud.Cloud) -> None:
    s3, bedrock, runtime = (client(up, service) for service in ("s3", "bedrock", "bedrock-runtime"))
    s3.create_bucket(Bucket="data")
    lines = "\n".join(json.dumps(record) for record in records(120))
    s3.put_object(Bucket="data", Key="dataset/train.jsonl", Body=lines.encode())
    teacher = {"teacherModelIdentifier": "us.amazon.nova-pro-v1:0"}
    job = bedrock.create_model_customization_job(
        jobName="job",
        customModelName="student",
        roleArn=ROLE,
        baseModelIdentifier=STUDENT,
        customizationType="DISTILLATION",
        customizationConfig={"distillationConfig": {"teacherModelConfig": teacher}},
        trainingDataConfig={"s3Uri": "s3://data/dataset/train.jsonl"},
        outputDataConfig={"s3Uri": "s3://data/distill/"},
    )["jobArn"]
    get = bedrock.get_model_customization_job
    done = wait_until(lambda: get(jobIdentifier=job), lambda item: item["status"] != "InProgress", seconds=60)
    assert done["status"] == "Completed", done
    assert 0 <= done["trainingMetrics"]["trainingLoss"] < 1
    (metrics,) = s3.list_objects_v2(Bucket="data", Prefix="distill/")["Contents"]
    assert metrics["Key"].endswith("/training_artifacts/step_wise_training_metrics.csv")

    create = bedrock.create_custom_model_deployment
    arn = create(modelDeploymentName="live", modelArn=done["outputModelArn"])["customModelDeploymentArn"]
    get = bedrock.get_custom_model_deployment
    status = wait_until(lambda: get(customModelDeploymentIdentifier=arn)["status"], lambda status: status != "Creating")
    assert status == "Active"
    asked = {"modelId": arn, "messages": [{"role": "user", "content": [{"text": "find the goal"}]}]}
    weights = json.loads(runtime.converse(**asked)["output"]["message"]["content"][0]["text"])
    assert round(sum(value for value in weights.values() if isinstance(value, float)), 4) == 1

    faults.inject(up.endpoint, [Fault(operation="Converse", kind="throttle", match=arn)])
    with pytest.raises(ClientError, match="ThrottlingException"):
        runtime.converse(**asked)
    assert [rule["fired"] for rule in faults.state(up.endpoint)] == [1]
    faults.clear(up.endpoint)
    assert runtime.converse(**asked)["stopReason"] == "end_turn"


def test_the_loop_stays_free_while_a_model_works(up: cloud.Cloud) -> None:
    faults.inject(up.endpoint, [Fault(operation="Converse", kind="latency", seconds=1.5)])
    asked = {"modelId": "us.amazon.nova-micro-v1:0", "messages": [{"role": "user", "content": [{"text": "goal"}]}]}
    waiting = [threading.Thread(target=client(up, "bedrock-runtime").converse, kwargs=asked) for _ in range(4)]
    for thread in waiting:
        thread.start()
    started = time.perf_counter()
    assert up.healthy()
    assert time.perf_counter() - started < 1
    for thread in waiting:
        thread.join()
    faults.clear(up.endpoint)


def test_a_taken_port_is_replaced_and_stop_leaves_no_process(up: cloud.Cloud, tmp_path: Path) -> None:
    second = cloud.start(up.port, tmp_path, 0.02)
    assert second.port != up.port
    functions = function(second)
    pid = invoke(functions)["pid"]
    busy = threading.Thread(target=_quietly, args=(functions,))
    busy.start()
    time.sleep(0.3)  # the function sleeps by now
    second.stop()
    busy.join()
    assert cloud.running(tmp_path) is None
    for gone in (pid, second.pid):
        wait_until(lambda gone=gone: _alive(gone), lambda alive: not alive)


def _quietly(functions: Any) -> None:
    try:
        invoke(functions, seconds=50)
    except (BotoCoreError, ClientError):
        return


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_start_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud.sys, "executable", "/bin/false")
    with pytest.raises(cloud.CloudError, match="did not start"):
        cloud.start(0, tmp_path, 0.02)
    assert cloud.running(tmp_path) is None
