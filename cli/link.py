"""A link to a run's page that works in any browser, for minutes: signed when somebody asks, kept nowhere."""

from botocore.config import Config

from cli.runs import Run
from cli.target import Target

MINUTES = 15
LONGEST = 60


def presigned(target: Target, run: Run, minutes: int) -> str:
    """The address of `report.html`, signed with the caller's own credentials (signature version 4, which KMS needs).

    It ends after `minutes`, or with the credentials if these end earlier. Whoever has it can read the page.
    """
    style = "path" if target.embedded else "virtual"  # the embedded S3 is one host
    config = Config(signature_version="s3v4", s3={"addressing_style": style})
    client = target.session.client("s3", endpoint_url=target.endpoint, config=config)  # it signs, and calls nobody
    return client.generate_presigned_url(
        "get_object",
        Params={"Bucket": target.output("DataBucketName"), "Key": run.keys.page},
        ExpiresIn=60 * minutes,
    )
