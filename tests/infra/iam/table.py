"""From an AWS call to what IAM asks for: the actions, their resources, and the context that each is made in.

Not one to one: Converse is authorised as InvokeModel, HeadObject as GetObject, and who starts a job also hands a role
over. Each row names the page it was read from (2026-11); what several pages say differently stands in `DISPUTED`.
An operation without a row is a KeyError, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_AUTH, _BEDROCK = "https://docs.aws.amazon.com/service-authorization/latest/reference/", "list_amazonbedrock.html"
_GUIDE = "https://docs.aws.amazon.com/bedrock/latest/userguide/"
_KEY = "arn:aws:kms:{region}:{account}:key/{StorageKey}"
_MODELS, _STUDENT, _BASE = (
    "@models",
    "@student",
    "@base",
)  # what the parameter `model` stands for: tests.infra.iam.models


@dataclass(frozen=True)
class Need:
    """An action on a resource, in a context. `<name>` is a parameter of the call. `own`: for models of ours only."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Row:
    """`reads`: path of each parameter in the request. `absent`: needed on top where there is no such object."""

    link: str
    needs: tuple[Need, ...]
    reads: Mapping[str, str] = field(default_factory=dict[str, str])
    absent: tuple[Need, ...] = ()


def _own(kind: str, identifier: str = "{id}") -> str:
    return f"arn:aws:bedrock:{{region}}:{{account}}:{kind}/{identifier}"


def _key(service: str, *actions: str, own: bool = False) -> tuple[Need, ...]:
    via = (("kms:ViaService", f"{service}.{{region}}.amazonaws.com"),)
    return tuple(Need(f"kms:{action}", _KEY, via, own) for action in actions)


def _bedrock(action: str, *kinds: str) -> Row:
    """An operation that is authorised on resources of this account whose ids Bedrock makes; without any on `*`."""
    resources = [_own(kind) for kind in kinds] or ["*"]
    return Row(_AUTH + _BEDROCK, tuple(Need(f"bedrock:{action}", resource) for resource in resources))


_PASS = Need("iam:PassRole", "<role>", (("iam:PassedToService", "bedrock.amazonaws.com"),))
_BUCKET, _OBJECT = "arn:aws:s3:::<bucket>", "arn:aws:s3:::<bucket>/<key>"
_S3, _READS_OBJECT = _AUTH + "list_amazons3.html", {"bucket": "Bucket", "key": "Key"}
_UNITS, _DEPLOYMENT, _MODEL = "provisioned-model", "custom-model-deployment", "custom-model"
_POINTER = "arn:aws:ssm:{region}:{account}:parameter<name>"
_SSM = _AUTH + "list_awssystemsmanager.html"
_ENCRYPTION = _GUIDE + "encryption-custom-job.html"
_ROLE = {"role": "roleArn"}
_JUDGES = "evaluationConfig.automated.customMetricConfig.evaluatorModelConfig"

ROWS: Mapping[str, Row] = {
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: 404 with ListBucket, 403 without
    "s3:GetObject": Row(
        _S3,
        (Need("s3:GetObject", _OBJECT), *_key("s3", "Decrypt")),
        _READS_OBJECT,
        absent=(Need("s3:ListBucket", _BUCKET),),
    ),
    "s3:HeadObject": Row(
        _S3,
        (Need("s3:GetObject", _OBJECT), *_key("s3", "Decrypt")),
        _READS_OBJECT,
        absent=(Need("s3:ListBucket", _BUCKET),),
    ),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    "s3:PutObject": Row(_S3, (Need("s3:PutObject", _OBJECT), *_key("s3", "GenerateDataKey")), _READS_OBJECT),
    "s3:DeleteObject": Row(_S3, (Need("s3:DeleteObject", _OBJECT),), _READS_OBJECT),
    "s3:ListObjectsV2": Row(_S3, (Need("s3:ListBucket", _BUCKET),), {"bucket": "Bucket"}),
    "ssm:GetParameter": Row(_SSM, (Need("ssm:GetParameter", _POINTER),), {"name": "Name"}),
    "ssm:PutParameter": Row(_SSM, (Need("ssm:PutParameter", _POINTER),), {"name": "Name"}),
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html: a publisher to an encrypted topic
    "sns:Publish": Row(
        _AUTH + "list_amazonsns.html",
        (Need("sns:Publish", "<topic>"), *_key("sns", "GenerateDataKey", "Decrypt")),
        {"topic": "TopicArn"},
    ),
    "stepfunctions:DescribeExecution": Row(
        _AUTH + "list_awsstepfunctions.html",
        (Need("states:DescribeExecution", "<execution>"),),
        {"execution": "executionArn"},
    ),
    # Converse has no action of its own: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
    # A custom model's key: PermissionsModelInvocation in encryption-custom-job.html
    "bedrock-runtime:Converse": Row(
        _AUTH + _BEDROCK,
        (Need("bedrock:InvokeModel", _MODELS), *_key("bedrock", "Decrypt", own=True)),
        {"model": "modelId"},
    ),
    "bedrock:GetFoundationModel": Row(
        _AUTH + _BEDROCK, (Need("bedrock:GetFoundationModel", _BASE),), {"model": "modelIdentifier"}
    ),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-permissions.html
    "bedrock:CreateModelInvocationJob": Row(
        _AUTH + _BEDROCK,
        (
            Need("bedrock:CreateModelInvocationJob", _MODELS),
            Need("bedrock:CreateModelInvocationJob", _own("model-invocation-job")),
            _PASS,
        ),
        {**_ROLE, "model": "modelId"},
    ),
    "bedrock:GetModelInvocationJob": _bedrock("GetModelInvocationJob", "model-invocation-job"),
    "bedrock:StopModelInvocationJob": _bedrock("StopModelInvocationJob", "model-invocation-job"),
    "bedrock:ListModelInvocationJobs": _bedrock("ListModelInvocationJobs"),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/security_iam_id-based-policy-examples.html
    "bedrock:CreateModelCustomizationJob": Row(
        _AUTH + _BEDROCK,
        (
            Need("bedrock:CreateModelCustomizationJob", _STUDENT),
            Need("bedrock:CreateModelCustomizationJob", _own(_MODEL)),
            Need("bedrock:CreateModelCustomizationJob", _own("model-customization-job")),
            _PASS,
            *_key("bedrock", "DescribeKey", "CreateGrant", "Decrypt", "GenerateDataKey"),
        ),
        {**_ROLE, "model": "baseModelIdentifier"},
    ),
    "bedrock:GetModelCustomizationJob": _bedrock("GetModelCustomizationJob", "model-customization-job"),
    "bedrock:StopModelCustomizationJob": _bedrock("StopModelCustomizationJob", "model-customization-job"),
    "bedrock:GetCustomModel": _bedrock("GetCustomModel", _MODEL),
    "bedrock:DeleteCustomModel": _bedrock("DeleteCustomModel", _MODEL),
    "bedrock:ListCustomModels": _bedrock("ListCustomModels"),
    "bedrock:CreateCustomModelDeployment": Row(
        _AUTH + _BEDROCK,
        (
            Need("bedrock:CreateCustomModelDeployment", _own(_MODEL)),
            Need("bedrock:CreateCustomModelDeployment", _own(_DEPLOYMENT)),
            *_key("bedrock", "DescribeKey", "CreateGrant", "Decrypt"),
        ),
    ),
    "bedrock:GetCustomModelDeployment": _bedrock("GetCustomModelDeployment", _DEPLOYMENT),
    "bedrock:DeleteCustomModelDeployment": _bedrock("DeleteCustomModelDeployment", _DEPLOYMENT),
    "bedrock:ListCustomModelDeployments": _bedrock("ListCustomModelDeployments"),
    "bedrock:CreateProvisionedModelThroughput": _bedrock("CreateProvisionedModelThroughput", _MODEL, _UNITS),
    "bedrock:GetProvisionedModelThroughput": _bedrock("GetProvisionedModelThroughput", _UNITS),
    "bedrock:DeleteProvisionedModelThroughput": _bedrock("DeleteProvisionedModelThroughput", _UNITS),
    "bedrock:ListProvisionedModelThroughputs": _bedrock("ListProvisionedModelThroughputs"),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-type-judge.html
    "bedrock:CreateEvaluationJob": Row(
        _AUTH + _BEDROCK,
        (
            Need("bedrock:CreateEvaluationJob", _MODELS),
            Need("bedrock:CreateEvaluationJob", _own("evaluation-job")),
            _PASS,
        ),
        {
            **_ROLE,
            "model": f"{_JUDGES}.bedrockEvaluatorModels.0.modelIdentifier",
        },
    ),
    "bedrock:GetEvaluationJob": _bedrock("GetEvaluationJob", "evaluation-job"),
    "bedrock:StopEvaluationJob": _bedrock("StopEvaluationJob", "evaluation-job"),
    "bedrock:ListEvaluationJobs": _bedrock("ListEvaluationJobs"),
}

# What the Service Authorization Reference does not list for the action, and the user guide's example policies have.
# Granted until an account has shown that it is not needed: without it a run would fail after its job was paid.
_EXAMPLES = _GUIDE + "security_iam_id-based-policy-examples.html"
DISPUTED: Mapping[tuple[str, str], str] = {
    ("bedrock:CreateModelInvocationJob", "inference-profile"): _GUIDE + "batch-inference-permissions.html",
    ("bedrock:CreateEvaluationJob", "inference-profile"): _GUIDE + "model-evaluation-type-judge.html",
    ("bedrock:CreateEvaluationJob", "evaluation-job"): _GUIDE + "model-evaluation-type-judge.html",
    ("bedrock:CreateModelCustomizationJob", "model-customization-job"): _EXAMPLES,
    ("bedrock:CreateCustomModelDeployment", "custom-model-deployment"): _EXAMPLES,
    ("bedrock:CreateProvisionedModelThroughput", "provisioned-model"): _EXAMPLES,
}
