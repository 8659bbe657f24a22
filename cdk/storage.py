"""The key, the data bucket with everything a run keeps, and the bucket that logs who read it."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from collections.abc import Sequence

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.permissions import allow, allow_key_through
from cdk.settings import Settings

_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}
_LOGS_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey")
# Runs get cheaper with age but do not expire: any of their edge students may be active, or be rolled back to. S3 cannot
# single out `runs/*/edge/`, and a run is a few MB.
_RUNS = s3.LifecycleRule(
    prefix="runs/",
    transitions=[
        s3.Transition(storage_class=s3.StorageClass.INTELLIGENT_TIERING, transition_after=Duration.days(30)),
    ],
)
_OLD_VERSIONS = s3.LifecycleRule(
    noncurrent_version_expiration=Duration.days(30), abort_incomplete_multipart_upload_after=Duration.days(7)
)
OWN_PREFIX = "run ids are made at run time: this part of every run's data, and nothing else"


class Storage(Construct):
    """One key for everything; data that outlives the stack, except in the local and the smoke stage.

    Never `auto_delete_objects`: data must not vanish with a stack, and its custom resource hangs on the embedded AWS.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._removal = RemovalPolicy.DESTROY if settings.passing else RemovalPolicy.RETAIN
        self.key = kms.Key(
            self,
            "Key",
            description=f"intent-router {settings.stage}: data, logs, notices, custom models",
            enable_key_rotation=True,
            removal_policy=self._removal,
        )
        self._let_services_use_the_key()
        self.access_logs = self._access_logs()
        self.bucket = self._data()

    def grant(self, role: iam.Role, *, read: Sequence[str] = (), write: Sequence[str] = (), find: bool = False) -> None:
        """Objects by key pattern. `find`: also listing, which tells a missing object (404) from a forbidden one (403).

        Our key is for what S3 does with it, not for calls to KMS.
        """
        self._objects(role, read=read, write=write, find=find)
        allow_key_through("s3", role, self.key, *_key_actions(read, write))

    def grant_service(self, role: iam.Role, *, read: Sequence[str], write: Sequence[str]) -> None:
        """The same for a role that Bedrock takes, whose documentation has no condition on the use of the key."""
        self._objects(role, read=read, write=write, find=True)
        self.key.grant(role, *_key_actions(read, write))

    def grant_delete(self, role: iam.Role, *patterns: str) -> None:
        """Delete objects by key pattern (versions stay until the lifecycle ends them)."""
        self._on(role, "s3:DeleteObject", patterns)

    def grant_uploads(self, role: iam.Role, *patterns: str) -> None:
        """What Bedrock asks for beside reading and writing: multipart uploads, and where the bucket is."""
        self._on(role, "s3:AbortMultipartUpload", patterns)
        allow(role, "s3:GetBucketLocation", "s3:ListBucketMultipartUploads", on=[self.bucket.bucket_arn])

    def log_group(self, scope: Construct, construct_id: str) -> logs.LogGroup:
        """An encrypted log group that forgets after `log_days`; in prod it outlives the stack."""
        return logs.LogGroup(
            scope,
            construct_id,
            encryption_key=self.key,
            retention=_RETENTION[self._settings.limits.log_days],
            removal_policy=RemovalPolicy.RETAIN if self._settings.stage == "prod" else RemovalPolicy.DESTROY,
        )

    def _objects(self, role: iam.Role, *, read: Sequence[str], write: Sequence[str], find: bool) -> None:
        self._on(role, "s3:GetObject", read)
        self._on(role, "s3:PutObject", write)
        if find:
            allow(role, "s3:ListBucket", on=[self.bucket.bucket_arn])

    def _on(self, role: iam.Role, action: str, patterns: Sequence[str]) -> None:
        if patterns:
            allow(role, action, on=[self.bucket.arn_for_objects(pattern) for pattern in patterns], because=OWN_PREFIX)

    def _data(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Data",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="data/",
            lifecycle_rules=[_RUNS, _OLD_VERSIONS],
            removal_policy=self._removal,
        )

    def _access_logs(self) -> s3.Bucket:
        """Log delivery can write to a bucket encrypted by S3, not to one with a key of ours."""
        return s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=self._removal,
        )

    def _let_services_use_the_key(self) -> None:
        stack = Stack.of(self)
        log_groups = stack.format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self.key.grant(
            iam.ServicePrincipal(
                f"logs.{stack.region}.amazonaws.com",
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            ),
            *_LOGS_ACTIONS,
        )
        self.key.grant(
            iam.ServicePrincipal(
                "cloudwatch.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
            "kms:Decrypt",
            "kms:GenerateDataKey",
        )


def _key_actions(read: Sequence[str], write: Sequence[str]) -> list[str]:
    return [*(["kms:Decrypt"] if read else []), *(["kms:GenerateDataKey"] if write else [])]
