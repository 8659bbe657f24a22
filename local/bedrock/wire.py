"""rest-json as botocore's service model describes it: from an HTTP request to an operation's input, and back."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias, cast

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from local.bedrock.encoding import encode
from local.bedrock.errors import ApiError, unknown_operation
from local.bedrock.shapes import Checker, from_text

Input: TypeAlias = dict[str, object]
Output: TypeAlias = Mapping[str, object]


class HttpRequest(NamedTuple):
    """As MiniStack hands it over: path decoded, header names lower case, query values single or listed."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str | Sequence[str]]


class HttpAnswer(NamedTuple):
    """As MiniStack takes it back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Call(NamedTuple):
    """A request that belongs to an operation; `labels` are the members found in its path."""

    operation: OperationModel
    labels: Mapping[str, str]
    request: HttpRequest


class Wire:
    """One service's API as HTTP."""

    def __init__(self, service: str) -> None:
        self.model = ServiceModel(Loader().load_service_model(service, "service-2"), service)

    @cached_property
    def _routes(self) -> list[tuple[str, re.Pattern[str], OperationModel]]:
        operations = [self.model.operation_model(name) for name in self.model.operation_names]
        # ARNs hold slashes and arrive decoded, so a label takes anything: the template with most fixed text goes first.
        operations.sort(key=lambda operation: -len(re.sub(r"\{\w+\}", "", _uri(operation))))
        return [(operation.http["method"], _template(_uri(operation)), operation) for operation in operations]

    def match(self, request: HttpRequest) -> Call:
        """The operation that the request is for. Raises UnknownOperationException."""
        for method, template, operation in self._routes:
            if method == request.method and (found := template.fullmatch(request.path)):
                return Call(operation, found.groupdict(), request)
        raise unknown_operation()

    def parse(self, call: Call) -> Input:
        """The operation's input. Raises ValidationException naming each violated constraint, or SerializationException."""
        shape = call.operation.input_shape
        if shape is None:
            return {}
        payload = shape.serialization.get("payload")
        body: Mapping[str, object] = {} if payload else _json(call.request.body)
        raw = {name: _located(name, member, call, body) for name, member in shape.members.items()}
        return {**self.check(call.operation, raw), **({payload: call.request.body} if payload else {})}

    def check(self, operation: OperationModel, raw: Mapping[str, object]) -> Input:
        """The operation's input from its members as JSON. Raises ValidationException."""
        checker = Checker()
        decoded = checker.decode(operation.input_shape, dict(raw), "")
        if problem := checker.error():
            raise problem
        return cast("Input", decoded)

    def answer(self, operation: OperationModel, result: Output) -> HttpAnswer:
        """The result as the model wants it: status, members in headers, the rest as JSON or as payload."""
        headers, status = {"Content-Type": "application/json"}, int(operation.http.get("responseCode", 200))
        shape = operation.output_shape
        if shape is None:
            return HttpAnswer(status, headers, b"{}")
        placed = {name: member.serialization for name, member in shape.members.items()}
        for name, place in placed.items():
            if place.get("location") == "header" and result.get(name) is not None:
                headers[place["name"]] = str(result[name])
        if payload := shape.serialization.get("payload"):
            return HttpAnswer(status, headers, cast("bytes", result[payload]))
        body = {name: value for name, value in result.items() if "location" not in placed[name]}
        return HttpAnswer(status, headers, json.dumps(encode(shape, body)).encode())

    def failure(self, error: ApiError) -> HttpAnswer:
        """The error with the status of its shape."""
        status = error.status or self.model.shape_for(error.code).metadata["error"]["httpStatusCode"]
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        return HttpAnswer(int(status), headers, json.dumps({"message": error.message}).encode())


def _uri(operation: OperationModel) -> str:
    return str(operation.http["requestUri"]).partition("?")[0]


def _template(uri: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\+?\}", uri)
    return re.compile("".join(f"(?P<{part}>.+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)))


def _located(name: str, member: Shape, call: Call, body: Mapping[str, object]) -> object:
    """A top-level member's raw value from where the model puts it; None if it was not sent."""
    wire_name, location = member.serialization.get("name", name), member.serialization.get("location")
    if location is None:
        return body.get(wire_name)
    if location == "uri":
        text: str | None = call.labels.get(wire_name)
    elif location == "header":
        text = call.request.headers.get(wire_name.lower())
    else:
        given = call.request.query.get(wire_name)
        text = given if isinstance(given, str) or given is None else given[0]
    return None if text is None else from_text(member, text)


def _json(body: bytes) -> Mapping[str, object]:
    try:
        decoded = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", "The request body is not valid JSON.", status=400) from error
    if not isinstance(decoded, dict):
        raise ApiError("SerializationException", "The request body is not a JSON object.", status=400)
    return decoded


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
