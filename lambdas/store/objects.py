"""Objects in the data bucket, read and written as JSON, JSON lines or bytes."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CHUNK = 2**20
_ABSENT = {"NoSuchKey", "404", "NotFound"}
LOST = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}  # another write was faster


def error_code(error: ClientError) -> str:
    """The service's error code, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


class Objects:
    """One bucket. Text is UTF-8; errors are botocore's, except that `find` gives None for what is not there."""

    def __init__(self, s3: "BaseClient", bucket: str) -> None:
        self._s3: Any = s3
        self.bucket = bucket

    def uri(self, key: str) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{key}"

    def read(self, key: str) -> bytes:
        """The whole object."""
        return self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def find(self, key: str) -> bytes | None:
        """The whole object, or None where there is none.

        Without `s3:ListBucket` S3 answers 403 for a missing key, so callers need that permission on the prefix.
        """
        try:
            return self.read(key)
        except ClientError as error:
            if error_code(error) in _ABSENT:
                return None
            raise

    def read_json(self, key: str) -> Any:  # noqa: ANN401  (validated by the caller's pydantic model)
        """The object, decoded."""
        return json.loads(self.read(key))

    def read_lines(self, key: str) -> Iterator[str]:
        """The object's lines without their ends; blank ones are left out.

        Only a newline ends a line: `str.splitlines` also cuts at U+2028 and its like, which JSON allows inside a text.
        """
        return (line for line in self.read(key).decode().split("\n") if line.strip())

    def stream_lines(self, key: str) -> Iterator[bytes]:
        """The object's lines as they stand there, each with its newline; a megabyte of it in memory at a time."""
        rest = b""
        for chunk in self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].iter_chunks(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line + b"\n" for line in lines)
        if rest:
            yield rest

    def write(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Write the whole object. The bucket encrypts it with its own key."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def create(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> bool:
        """Write the whole object if there is none of this key. False if there is one: it stays as it is."""
        try:
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) in LOST:
                return False
            raise
        return True

    def write_json(self, key: str, value: object) -> None:
        """Write `value` as indented JSON. ValueError for NaN and infinity: they are not JSON."""
        self.write(key, json.dumps(value, indent=1, allow_nan=False).encode(), "application/json")

    def write_lines(self, key: str, lines: Iterable[str]) -> None:
        """Write the lines, each ended by a newline."""
        self.write(key, "".join(f"{line}\n" for line in lines).encode(), "application/jsonl")

    def write_file(self, key: str, path: Path, content_type: str = "application/octet-stream") -> None:
        """Write a file of this machine, without reading it into memory."""
        with path.open("rb") as body:
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def keys(self, prefix: str) -> list[str]:
        """All keys under `prefix`, in S3's (alphabetical) order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]
