from datetime import UTC, datetime

import pytest

from tests.unit.local_bedrock.conftest import Local, refused
from tests.unit.local_bedrock.fakes import STUDENT


def test_a_model_with_its_life_cycle(local: Local) -> None:
    found = local.control.get_foundation_model(modelIdentifier="amazon.nova-premier-v1:0")["modelDetails"]
    assert found["modelLifecycle"] == {"status": "LEGACY", "endOfLifeTime": datetime(2026, 9, 14, tzinfo=UTC)}
    arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-premier-v1:0"
    assert local.control.get_foundation_model(modelIdentifier=arn)["modelDetails"] == found


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 6),
        ({"byProvider": "anthropic"}, 2),
        ({"byCustomizationType": "DISTILLATION"}, 1),
        ({"byInferenceType": "ON_DEMAND"}, 3),
        ({"byOutputModality": "IMAGE"}, 0),
    ],
)
def test_models_are_filtered(local: Local, filters: dict[str, str], count: int) -> None:
    assert len(local.control.list_foundation_models(**filters)["modelSummaries"]) == count


def test_inference_profiles(local: Local) -> None:
    by_id = local.control.get_inference_profile(inferenceProfileIdentifier="us.amazon.nova-pro-v1:0")
    by_arn = local.control.get_inference_profile(inferenceProfileIdentifier=by_id["inferenceProfileArn"])
    assert by_id["models"] == by_arn["models"]
    regions = [model["modelArn"].split(":")[3] for model in by_id["models"]]
    assert regions == ["us-east-1", "us-east-2", "us-west-2"]


def test_what_does_not_exist(local: Local) -> None:
    get = local.control.get_foundation_model
    assert refused(get, modelIdentifier="us.amazon.nova-pro-v1:0").code == "ValidationException"  # a profile
    assert refused(get, modelIdentifier="amazon.nova-mega-v1:0").code == "ValidationException"
    found = refused(local.control.get_inference_profile, inferenceProfileIdentifier=STUDENT)
    assert (found.code, found.status) == ("ResourceNotFoundException", 404)
