"""Roles that Bedrock takes: it makes their calls itself, so that nothing records them. Declared as documented, 2026-11.

`{models}`: every ARN that calling the allowed models needs. Nothing of this has run in an account.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_GUIDE = "https://docs.aws.amazon.com/bedrock/latest/userguide/"
_DATA, _KEY = "arn:aws:s3:::{StorageData}", "arn:aws:kms:us-east-1:ACCOUNT:key/{StorageKey}"
_OBJECTS, _USE = ("s3:GetObject", "s3:PutObject"), ("kms:Decrypt", "kms:GenerateDataKey")
_THROUGH_BEDROCK = "bedrock.us-east-1.amazonaws.com"
MODELS = "{models}"
Grant = tuple[str, str, str]
"""Action, resource, and the service that KMS must be called through ("": any)."""


@dataclass(frozen=True)
class ServiceRole:
    """`kind`: of the job whose ARN `aws:SourceArn` must have."""

    links: tuple[str, ...]
    kind: str
    grants: frozenset[Grant]


def _all(*parts: tuple[tuple[str, ...], tuple[str, ...]], through: frozenset[Grant] = frozenset()) -> frozenset[Grant]:
    return through | {
        (action, resource, "") for actions, resources in parts for action in actions for resource in resources
    }


SERVICE_ROLES: Mapping[str, ServiceRole] = {
    "GenerateJobRole": ServiceRole(
        (_GUIDE + "batch-iam-sr.html",),
        "model-invocation-job",
        _all(
            (_OBJECTS, (f"{_DATA}/runs/*/generate/job/*",)),
            (("s3:ListBucket",), (_DATA,)),
            (_USE, (_KEY,)),
            (("bedrock:InvokeModel",), (MODELS,)),
        ),
    ),
    "DistillJobRole": ServiceRole(
        (_GUIDE + "model-customization-iam-role.html", _GUIDE + "encryption-custom-job.html"),
        "model-customization-job",
        _all(
            (("s3:GetObject",), (f"{_DATA}/runs/*/dataset/*", f"{_DATA}/runs/*/distill/*")),
            (("s3:PutObject",), (f"{_DATA}/runs/*/distill/*",)),
            (("s3:ListBucket",), (_DATA,)),
            (_USE, (_KEY,)),
            (("bedrock:InvokeModel",), (MODELS,)),
            through=frozenset(
                (f"kms:{action}", _KEY, _THROUGH_BEDROCK)
                for action in ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey")
            ),
        ),
    ),
    "EvaluateJobRole": ServiceRole(
        (_GUIDE + "judge-service-roles.html",),
        "evaluation-job",
        _all(
            ((*_OBJECTS, "s3:AbortMultipartUpload"), (f"{_DATA}/runs/*/evaluate/*/judge/*",)),
            (("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"), (_DATA,)),
            (_USE, (_KEY,)),
            (
                tuple(
                    f"bedrock:{action}"
                    for action in (
                        "InvokeModel",
                        "CreateModelInvocationJob",
                        "StopModelInvocationJob",
                        "GetInferenceProfile",
                    )
                ),
                (MODELS,),
            ),
        ),
    ),
}
