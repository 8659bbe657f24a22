"""rest-json as botocore's service model describes it: from an HTTP request to an operation's input, and back."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, NoReturn, cast

from local.bedrock.wire.encoding import encode
from local.bedrock.wire.errors import ApiError, unknown_operation
from local.bedrock.wire.messages import HttpAnswer, HttpRequest, Input, Output
from local.bedrock.wire.service_model import Operation, Shape, service
from local.bedrock.wire.shapes import Checker, from_text


class Call(NamedTuple):
    """A request that belongs to an operation; `labels` are the members found in its path."""

    operation: Operation
    labels: Mapping[str, str]
    request: HttpRequest


class Wire:
    """One service's API as HTTP."""

    def __init__(self, name: str) -> None:
        self.service = service(name)

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], Operation]]:
        # ARNs hold slashes and arrive decoded, so a label takes anything: the template with most fixed text goes first.
        operations = sorted(self.service.operations.values(), key=lambda item: -len(re.sub(r"\{\w+\}", "", item.uri)))
        return [(_template(operation.uri), operation) for operation in operations]

    def match(self, request: HttpRequest) -> Call:
        """The operation that the request is for. Raises UnknownOperationException."""
        for template, operation in self._routes:
            if operation.method == request.method and (found := template.fullmatch(request.path)):
                return Call(operation, found.groupdict(), request)
        raise unknown_operation()

    def parse(self, call: Call) -> Input:
        """The operation's input. Raises ValidationException, or SerializationException if the body is not JSON."""
        shape = call.operation.input
        body: Mapping[str, object] = {} if shape.payload else _json(call.request.body)
        raw = {name: _located(name, member, call, body) for name, member in shape.members.items()}
        decoded = self.check(call.operation, raw)
        return {**decoded, shape.payload: call.request.body} if shape.payload else decoded

    def check(self, operation: Operation, raw: Mapping[str, object]) -> Input:
        """The operation's input from its members as JSON. Raises ValidationException."""
        checker = Checker()
        decoded = checker.decode(operation.input, dict(raw), "")
        if problem := checker.error():
            raise problem
        return cast("Input", decoded)

    def answer(self, operation: Operation, result: Output) -> HttpAnswer:
        """The result as the model wants it: status, members in headers, the rest as JSON or as payload."""
        headers, shape = {"Content-Type": "application/json"}, operation.output
        if shape is None:
            return HttpAnswer(operation.status, headers, b"{}")
        for name, member in shape.members.items():
            if member.location == "header" and result.get(name) is not None:
                headers[member.wire_name or name] = str(result[name])
        if shape.payload:
            return HttpAnswer(operation.status, headers, cast("bytes", result[shape.payload]))
        return HttpAnswer(operation.status, headers, json.dumps(encode(shape, result)).encode())

    def failure(self, error: ApiError) -> HttpAnswer:
        """The error with the status of its shape."""
        status = error.status or self.service.error_status(error.code)
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        return HttpAnswer(status, headers, json.dumps({"message": error.message}).encode())


def _template(uri: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\+?\}", uri)
    return re.compile("".join(f"(?P<{part}>.+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)))


def _located(name: str, member: Shape, call: Call, body: Mapping[str, object]) -> object:
    """A top-level member's raw value from where the model puts it; None if it was not sent."""
    wire_name = member.wire_name or name
    if member.location is None:
        return body.get(wire_name)
    text: str | Sequence[str] | None
    if member.location == "uri":
        text = call.labels.get(wire_name)
    elif member.location == "header":
        text = call.request.headers.get(wire_name.lower())
    else:
        text = call.request.query.get(wire_name)
    if text is None:
        return None
    return from_text(member, text if isinstance(text, str) else text[0])


def _json(body: bytes) -> Mapping[str, object]:
    try:
        decoded = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", "The request body is not valid JSON.", status=400) from error
    if not isinstance(decoded, dict):
        raise ApiError("SerializationException", "The request body is not a JSON object.", status=400)
    return cast("Mapping[str, object]", decoded)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
