"""What can go wrong between us and Bedrock.

BedrockError
├── Busy          throttled, not ready, timed out, 5xx: the same call may succeed later
├── Gone          no such model, deployment or job (stale deployment, end of life)
├── Refused       our request, our permissions or our quota: trying again changes nothing
│   └── Stopped   the model did answer, and a filter or a limit ended it
└── Malformed     a 200 whose body is no answer (botocore parses a cut body into an empty one, and trips over others)
"""

from collections.abc import Generator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

_HEAD = 50


class BedrockError(Exception):
    """Base of all. `code`: the service's error code, safe to log."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code

    def brief(self, most: int) -> str:
        """Code and message in so many characters: their middle goes, where IAM names the caller; its end says what."""
        text = str(self)
        return text if len(text) <= most else f"{text[:_HEAD]} ... {text[_HEAD + 5 - most :]}"


class Busy(BedrockError):
    """The same call may succeed later."""


class Gone(BedrockError):
    """What was named does not exist (any more)."""


class Refused(BedrockError):
    """The request will not be served, however often it is sent."""


class Stopped(Refused):
    """The model's answer was ended by something other than the model; `code` is the stop reason."""


class Malformed(BedrockError):
    """The answer has status 200 and no content."""


def forbidden(error: BedrockError) -> bool:
    """Whether the model may not be called, or not like this: not what it said, and not the moment."""
    return isinstance(error, Refused | Gone) and not isinstance(error, Stopped)


_BUSY = {
    "ThrottlingException",
    "TooManyRequestsException",
    "ModelNotReadyException",
    "ModelTimeoutException",
    "ModelErrorException",
    "InternalServerException",
    "InternalServerError",
    "ServiceUnavailableException",
}
_BUSY_STATUS = {408, 424, 429}  # whatever the body says: a proxy's page has no error code


@contextmanager
def translated() -> Generator[None]:
    """Turn botocore's exceptions into ours."""
    try:
        yield
    except ParamValidationError as error:
        raise Refused("ParamValidationError", str(error)) from error
    except ClientError as error:
        raise _from_service(error) from error
    except BotoCoreError as error:  # timeouts, resets, DNS, cut or undecodable bodies
        raise Busy(type(error).__name__) from error


def _from_service(error: ClientError) -> BedrockError:
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    message = str(error.response.get("Error", {}).get("Message", ""))[:500]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "ResourceNotFoundException":
        return Gone(code, message)
    if code in _BUSY or status in _BUSY_STATUS or status >= 500:  # noqa: PLR2004  (HTTP)
        return Busy(code, message)
    return Refused(code, message)
