"""Clients from cut service models: what they ask, and what they make of the answer, is what a whole client does."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError, UnknownServiceError

from doors import light
from local import service_models
from tests.unit.wire import Fault, Wire

ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "bedrock-runtime": (
        "converse",
        {
            "modelId": "arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl",
            "system": [{"text": "weigh"}],
            "messages": [{"role": "user", "content": [{"text": "gr\u00fcn"}]}],
            "inferenceConfig": {"maxTokens": 80, "temperature": 0.0, "stopSequences": ['"reasoning"']},
        },
    ),
    "s3": ("get_object", {"Bucket": "data-bucket", "Key": "runs/r 1/edge/model.bin"}),
    "ssm": ("get_parameter", {"Name": "/intent-router/dev/active"}),
}
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1})
OF_THE_MOMENT = {"User-Agent", "X-Amz-Date", "Authorization", "amz-sdk-invocation-id"}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """The session reads the environment once."""
    vars(light)["_session"].cache_clear()
    yield
    vars(light)["_session"].cache_clear()


def asked(client: Any, service: str) -> tuple[AWSPreparedRequest, dict[str, Any]]:
    """What is sent, and how a service's error is read."""
    sent: list[AWSPreparedRequest] = []
    wire = Wire(service).on("Converse", Fault(404, "ResourceNotFoundException"))

    def answer(request: AWSPreparedRequest, **_: object) -> Any:
        sent.append(request)
        return vars(Wire)["_answer"](wire, request, "x.Converse")

    client.meta.events.register_first("before-send", answer)
    operation, parameters = ASKED[service]
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**parameters)
    return sent[0], error.value.response


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1"])
@pytest.mark.parametrize("service", ASKED)
def test_given_a_light_client_then_request_and_error_are_those_of_a_whole_one(
    monkeypatch: pytest.MonkeyPatch, service: str, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    whole = boto3.Session(region_name=region).client(service, config=CONFIG)
    (theirs, their_error), (ours, our_error) = (
        asked(whole, service),
        asked(light.client(service, config=CONFIG), service),
    )
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    assert set(ours.headers) == set(theirs.headers)
    for name in set(theirs.headers) - OF_THE_MOMENT:
        assert ours.headers[name] == theirs.headers[name], name
    assert b"Botocore/" in ours.headers["User-Agent"]
    signed = [str(request.headers["Authorization"]).partition("Signature")[0] for request in (ours, theirs)]
    assert signed[0] == signed[1], "scope and signed headers"
    their_error["ResponseMetadata"].pop("MaxAttemptsReached", None)  # with one attempt there is nothing to reach
    assert our_error == their_error


PUBLIC = [name for name in boto3.Session().get_available_partitions() if not name.startswith("aws-iso")]
REGIONS = {name: boto3.Session().get_available_regions("ssm", name) for name in PUBLIC}
KINDS = [
    Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual) for fips in (False, True) for dual in (False, True)
]


@pytest.mark.parametrize("service", ["bedrock-runtime", "ssm"])
def test_given_any_region_or_kind_of_endpoint_then_the_address_is_that_of_a_whole_client(service: str) -> None:
    """The secret partitions' dual-stack addresses differ: nobody else gets in there."""
    everywhere = [(region, KINDS[0]) for regions in REGIONS.values() for region in regions]
    of_each_kind = [(regions[0], kind) for regions in REGIONS.values() if regions for kind in KINDS]
    theirs, ours = boto3.Session().client, vars(light)["_session"]().create_client
    for region, kind in everywhere + of_each_kind:
        made = [client(service, region_name=region, config=CONFIG.merge(kind)) for client in (theirs, ours)]
        urls = [asked(client, service)[0].url for client in made]
        assert urls[0] == urls[1], region


def test_given_what_the_route_does_not_call_then_there_is_none() -> None:
    assert not hasattr(light.client("s3", config=CONFIG), "put_object")
    with pytest.raises(UnknownServiceError):
        light.client("sqs", config=CONFIG)


def test_the_models_are_those_of_the_pinned_botocore() -> None:
    written = {
        path.relative_to(service_models.FOLDER).as_posix(): json.loads(path.read_text("utf-8"))
        for path in service_models.FOLDER.rglob("*.json")
    }
    assert written == json.loads(json.dumps(service_models.files())), "run: python -m local.service_models"
