from typing import Any

from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import Local, deployed, refused, wait_until

ABSENT = "arn:aws:bedrock:us-east-1:000000000000:custom-model-deployment/abcdefghijkl"


def test_a_deployment_loads_the_model_and_answers(local: Local, distillation: dict[str, Any]) -> None:
    arn = deployed(local, distillation)
    by_name = local.control.get_custom_model_deployment(customModelDeploymentIdentifier="live")
    assert (by_name["customModelDeploymentArn"], by_name["status"]) == (arn, "Active")
    answer = local.runtime.converse(modelId=arn, messages=[{"role": "user", "content": [{"text": "hi"}]}])
    assert answer["output"]["message"]["content"] == [{"text": "loaded student"}]
    (listed,) = local.control.list_custom_model_deployments(statusEquals="Active")["modelDeploymentSummaries"]
    assert (listed["customModelDeploymentArn"], listed["customModelDeploymentName"]) == (arn, "live")


def test_a_model_that_does_not_load_fails_the_deployment(local: Local, distillation: dict[str, Any]) -> None:
    local.backend.load_error = "checksum"
    found = local.control.get_custom_model_deployment(customModelDeploymentIdentifier=deployed(local, distillation))
    assert found["status"] == "Failed"
    assert "checksum" in found["failureMessage"]


def test_a_deployment_that_fails_on_request_cannot_be_invoked(local: Local, distillation: dict[str, Any]) -> None:
    local.fault(Fault(operation="CreateCustomModelDeployment", kind="fail-job"))
    arn = deployed(local, distillation)
    assert local.control.get_custom_model_deployment(customModelDeploymentIdentifier=arn)["status"] == "Failed"
    asked = refused(local.runtime.converse, modelId=arn, messages=[{"role": "user", "content": [{"text": "hi"}]}])
    assert asked.code == "ValidationException"


def test_while_creating_the_model_is_not_ready_and_deleting_works(local: Local, distillation: dict[str, Any]) -> None:
    model = local.trained(distillation)
    local.fault(Fault(operation="CreateCustomModelDeployment", kind="stall-job"))
    create = local.control.create_custom_model_deployment
    created = create(modelDeploymentName="live", modelArn=model)
    arn = created["customModelDeploymentArn"]
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 202
    asked = refused(local.runtime.converse, modelId=arn, messages=[{"role": "user", "content": [{"text": "hi"}]}])
    assert (asked.code, asked.status) == ("ModelNotReadyException", 429)
    assert refused(local.control.delete_custom_model, modelIdentifier=model).code == "ConflictException"
    local.control.delete_custom_model_deployment(customModelDeploymentIdentifier=arn)
    local.control.delete_custom_model(modelIdentifier=model)


def test_names_tokens_and_absent_models(local: Local, distillation: dict[str, Any]) -> None:
    model = local.trained(distillation)
    create = local.control.create_custom_model_deployment
    request = {"modelDeploymentName": "live", "modelArn": model, "clientRequestToken": "one"}
    first = create(**request)["customModelDeploymentArn"]
    assert create(**request)["customModelDeploymentArn"] == first
    assert refused(create, modelDeploymentName="live", modelArn=model).code == "ValidationException"
    absent = model[:-12] + "abcdefghijkl"
    assert refused(create, modelDeploymentName="other", modelArn=absent).status == 404
    assert refused(create, modelDeploymentName="other", modelArn="amazon.nova-micro-v1:0").status == 400


def test_update_swaps_the_model_behind_the_same_arn(local: Local, distillation: dict[str, Any]) -> None:
    arn = deployed(local, distillation)
    second = local.trained(distillation | {"jobName": "run-2", "customModelName": "student-2"})
    update = local.control.update_custom_model_deployment(modelArn=second, customModelDeploymentIdentifier=arn)
    assert update["ResponseMetadata"]["HTTPStatusCode"] == 202
    found = wait_until(
        lambda: local.control.get_custom_model_deployment(customModelDeploymentIdentifier=arn),
        lambda item: item["updateDetails"]["updateStatus"] != "Updating",
    )
    assert found["updateDetails"] == {"modelArn": second, "updateStatus": "UpdateCompleted"}
    assert (found["modelArn"], found["status"]) == (second, "Active")


def test_a_failed_update_keeps_the_old_model(local: Local, distillation: dict[str, Any]) -> None:
    arn = deployed(local, distillation)
    second = local.trained(distillation | {"jobName": "run-2", "customModelName": "student-2"})
    local.backend.load_error = "checksum"
    local.control.update_custom_model_deployment(modelArn=second, customModelDeploymentIdentifier=arn)
    found = wait_until(
        lambda: local.control.get_custom_model_deployment(customModelDeploymentIdentifier=arn),
        lambda item: item["updateDetails"]["updateStatus"] != "Updating",
    )
    assert found["updateDetails"]["updateStatus"] == "UpdateFailed"
    assert found["modelArn"] != second
    assert local.runtime.converse(modelId=arn, messages=[{"role": "user", "content": [{"text": "hi"}]}])["output"]


def test_what_is_deleted_is_gone(local: Local, distillation: dict[str, Any]) -> None:
    arn = deployed(local, distillation)
    local.control.delete_custom_model_deployment(customModelDeploymentIdentifier=arn)
    ask = local.runtime.converse
    for identifier in (arn, ABSENT):
        asked = refused(ask, modelId=identifier, messages=[{"role": "user", "content": [{"text": "hi"}]}])
        assert (asked.code, asked.status) == ("ResourceNotFoundException", 404)
        found = refused(local.control.delete_custom_model_deployment, customModelDeploymentIdentifier=identifier)
        assert found.status == 404
