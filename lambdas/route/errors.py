"""What a caller may be told. One shape for all: {"code", "message", "request_id"}.

RouteError            500 internal
├── InvalidRequest    400 invalid_request
├── NotFound          404 not_found
├── UnsupportedMedia  415 unsupported_media_type
├── TooLarge          413 too_large
└── NotReady          503 not_ready
"""

from http import HTTPStatus
from typing import ClassVar


class RouteError(Exception):
    """Base of all; its message is for the caller and says what they can do."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "internal"


class InvalidRequest(RouteError):
    """The body breaks the contract."""

    status = HTTPStatus.BAD_REQUEST
    code = "invalid_request"


class NotFound(RouteError):
    """There is no such endpoint."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class UnsupportedMedia(RouteError):
    """The body is not declared as JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"


class TooLarge(RouteError):
    """The body is larger than any valid request."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"


class NotReady(RouteError):
    """Nothing can answer: no version is promoted, or neither of its students can be reached."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "not_ready"
