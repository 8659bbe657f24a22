"""The jobs' way to S3: whole objects by URI, through the embedded AWS's own endpoint."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from local.bedrock.jobs.background import JobFailedError
from local.bedrock.wire.errors import validation

Keys: TypeAlias = Callable[[str], Mapping[str, Any]]
_MAX_BYTES = 1 << 30  # 1 GB, the limit of a training, evaluation or batch file


class Files(Protocol):
    """What jobs need of S3. `uri` is `s3://bucket/key`."""

    def of(self, role: str) -> "Files":
        """The same files, as this role may use them where policies are in force."""
        ...

    def size(self, uri: str) -> int | None:
        """Bytes of the object; None if it does not exist or may not be read."""
        ...

    def read(self, uri: str) -> bytes:
        """The whole object. Raises JobFailedError."""
        ...

    def write(self, uri: str, body: bytes) -> None:
        """Put the object. Raises JobFailedError."""
        ...


class S3Files:
    """Files in the S3 behind `endpoint`. Threads share the client.

    `keys` gives arguments for boto3 that are the credentials of a role; without it whoever asks is root.
    """

    def __init__(self, endpoint: str, region: str, keys: Keys | None = None, role: str = "") -> None:
        self._endpoint, self._region, self._keys, self._role = endpoint, region, keys, role

    def of(self, role: str) -> "S3Files":
        """As `Files.of`."""
        return S3Files(self._endpoint, self._region, self._keys, role) if self._keys else self

    @cached_property
    def _s3(self) -> Any:  # noqa: ANN401  (boto3 clients have no static type)
        import boto3  # noqa: PLC0415  (0.2 s and 10 MB that an embedded AWS without jobs does not need)
        from botocore.config import Config  # noqa: PLC0415

        session = boto3.Session()  # jobs make their clients at the same time, and the default one is not for threads
        return session.client(
            "s3",
            endpoint_url=self._endpoint,
            region_name=self._region,
            **(self._keys(self._role) if self._keys and self._role else {}),
            config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "max_attempts": 3}),
        )

    def size(self, uri: str) -> int | None:
        """As `Files.size`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        bucket, key = split(uri)
        try:
            return int(self._s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
        except ClientError:
            return None

    def read(self, uri: str) -> bytes:
        """As `Files.read`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        bucket, key = split(uri)
        try:
            return bytes(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except ClientError as error:
            raise JobFailedError(f"Unable to read {uri}: {error}") from error

    def write(self, uri: str, body: bytes) -> None:
        """As `Files.write`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        bucket, key = split(uri)
        try:
            self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        except ClientError as error:
            raise JobFailedError(f"Unable to write {uri}: {error}") from error


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI that satisfied the service model's pattern."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def under(prefix: str, *parts: str) -> str:
    """The URI of an object below `prefix`, with exactly one slash between the parts."""
    return "/".join([prefix.rstrip("/"), *parts])


def check_readable(files: Files, uri: str) -> None:
    """Before a job is accepted. Raises ValidationException."""
    size = files.size(uri)
    if size is None:
        raise validation(f"Could not validate GetObject permissions to access Amazon S3 object {uri}.")
    if size > _MAX_BYTES:
        raise validation(f"{uri} is larger than 1 GB.")
