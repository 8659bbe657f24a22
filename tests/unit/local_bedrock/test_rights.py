"""What Bedrock asks IAM for when policies are in force, as its documentation has it."""

from collections.abc import Mapping

import pytest
from botocore.exceptions import ClientError

from local.bedrock.catalogue.cards import Cards
from local.bedrock.names import Place
from local.bedrock.rights import Right, wanted
from tests.unit.local_bedrock.conftest import Local
from tests.unit.local_bedrock.fakes import CARDS, ROLE, STUDENT

PLACE = Place("000000000000", "us-east-1")
ID = "abcdefghij12"
OWN, MODEL = "arn:aws:bedrock:us-east-1:000000000000", "arn:aws:bedrock:{}::foundation-model/{}"
DEPLOYMENT, CUSTOM = f"{OWN}:custom-model-deployment/{ID}", f"{OWN}:custom-model/{STUDENT}/{ID}"
PASS = Right("iam:PassRole", ROLE, {"iam:PassedToService": "bedrock.amazonaws.com"})


def asked(operation: str, **given: object) -> list[Right]:
    return list(wanted(operation, given, PLACE, Cards(CARDS)))


def test_given_a_profile_then_its_model_is_needed_wherever_it_may_send_the_call() -> None:
    profile, model = "us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"
    regions = ("us-east-1", "us-east-2", "us-west-2")
    needed = [f"{OWN}:inference-profile/{profile}", *(MODEL.format(region, model) for region in regions)]
    for identifier in (profile, f"{OWN}:inference-profile/{profile}"):
        assert asked("Converse", modelId=identifier) == [Right("bedrock:InvokeModel", arn) for arn in needed]


@pytest.mark.parametrize(
    ("operation", "given", "resources"),
    [
        ("Converse", {"modelId": DEPLOYMENT}, [DEPLOYMENT]),
        ("InvokeModel", {"modelId": "amazon.nova-micro-v1:0"}, [MODEL.format("us-east-1", "amazon.nova-micro-v1:0")]),
        ("CreateCustomModelDeployment", {"modelArn": CUSTOM}, [CUSTOM]),
        ("GetCustomModelDeployment", {"customModelDeploymentIdentifier": DEPLOYMENT}, [DEPLOYMENT]),
        ("DeleteCustomModel", {"modelIdentifier": CUSTOM}, [CUSTOM]),
        ("StopEvaluationJob", {"jobIdentifier": f"{OWN}:evaluation-job/{ID}"}, [f"{OWN}:evaluation-job/{ID}"]),
        ("ListCustomModels", {}, []),
        ("GetFoundationModel", {"modelIdentifier": "amazon.nova-micro-v1:0"}, []),
    ],
)
def test_given_a_call_then_what_it_names_is_what_is_needed(
    operation: str, given: dict[str, object], resources: list[str]
) -> None:
    action = "bedrock:InvokeModel" if operation in {"Converse", "InvokeModel"} else f"bedrock:{operation}"
    assert asked(operation, **given) == [Right(action, arn) for arn in resources]


def test_given_a_role_to_hand_over_then_that_is_a_right_of_its_own() -> None:
    found = asked("CreateModelCustomizationJob", baseModelIdentifier=STUDENT, roleArn=ROLE)
    assert found == [Right("bedrock:CreateModelCustomizationJob", MODEL.format("us-east-1", STUDENT)), PASS]


class Nothing:
    """Nobody may do anything that names a resource."""

    def lacks(self, headers: Mapping[str, str], right: Right) -> str | None:
        return f"{headers.get('x-who', 'somebody')} may not {right.action}"


def test_given_a_caller_who_may_not_then_the_call_is_refused_before_it_does_anything() -> None:
    local = Local(rights=Nothing())
    with pytest.raises(ClientError, match=r"AccessDeniedException.*somebody may not bedrock:DeleteCustomModel"):
        local.control.delete_custom_model(modelIdentifier=CUSTOM)
    assert local.control.list_custom_models()["modelSummaries"] == []


def test_given_a_job_then_it_reads_and_writes_as_the_role_that_was_handed_over(
    local: Local, distillation: dict[str, object]
) -> None:
    local.trained(distillation)
    assert set(local.files.roles) == {ROLE}
