"""Errors that the embedded Bedrock answers with.

ApiError            any of them: the code of the service model, and a message for the caller
  (made by)         validation, not_found, conflict, ...: one function per code that we raise in more than one place
"""


class ApiError(Exception):
    """An answer that is an error. Its HTTP status is that of the error's shape, unless the model has none for it."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def validation(message: str) -> ApiError:
    """The caller sent something that can never work (400)."""
    return ApiError("ValidationException", message)


def not_found(message: str) -> ApiError:
    """What the caller named does not exist, or no longer (404)."""
    return ApiError("ResourceNotFoundException", message)


def conflict(message: str) -> ApiError:
    """The caller's request contradicts what exists (400 in the control plane)."""
    return ApiError("ConflictException", message)


def end_of_life(model_id: str) -> ApiError:
    """Any call that needs a model past its end of life (reported wording of the service, not verified)."""
    return not_found(
        f"{model_id}: this model version has reached the end of its life. "
        "Please refer to the AWS documentation for more details."
    )


def unknown_operation() -> ApiError:
    """Method and path belong to no operation; AWS names it only in the header."""
    return ApiError("UnknownOperationException", "", status=404)


def not_embedded(operation: str) -> ApiError:
    """An operation of the real service that the embedded one does not have."""
    return ApiError("NotImplementedException", f"The embedded Bedrock has no {operation}.", status=501)
