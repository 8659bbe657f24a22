"""Settings from the context of cdk.json: each section, overlaid by the stage's own."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from cdk import prices
from cdk.callers import Callers
from cdk.checks import SettingsError, one_of
from cdk.serving import Serving
from cdk.settings import ACCOUNT_PYTHON, STAGES, Architecture, Limits, Models, RunDefaults, Settings

_MACHINES: dict[str, Architecture] = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "amd64": "x86_64",
}
_Part = TypeVar("_Part", Models, RunDefaults, Limits, Callers, Serving)


def load(context: Mapping[str, Any], *, host_python: str, host_machine: str) -> Settings:
    """Settings from the context; the host matters to the local stage only, whose functions run on it.

    In an account: arm64 and the newest Python that Lambda has. Raises SettingsError.
    """
    stage = one_of("stage", str(context.get("stage")), STAGES)
    own = _section(_section(context, "stages"), stage)
    machine = one_of("this host's processor", host_machine.lower(), tuple(_MACHINES))
    return Settings(
        stage=stage,
        region=str(context.get("region")),
        python=host_python if stage == "local" else ACCOUNT_PYTHON,
        architecture=_MACHINES[machine] if stage == "local" else "arm64",
        models=_build(Models, "models", context, own),
        run=_build(RunDefaults, "run", context, own),
        limits=_build(Limits, "limits", context, own),
        callers=_build(Callers, "callers", context, own),
        serving=_build(Serving, "serving", context, own),
        route_mode=str(own.get("route_mode", context.get("route_mode"))),
        report_note=own.get("report_note"),
        taxonomy=str(own.get("taxonomy", context.get("taxonomy"))),
        gate=str(own.get("gate", context.get("gate", Settings.gate))),
        bindings={**_section(context, "bindings"), **_section(own, "bindings")},
        prices=prices.checked({**_section(context, "prices"), **_section(own, "prices")}),
        bundle=str(context.get("bundle", own.get("bundle", True))).lower() != "false",
    )


def _build(kind: type[_Part], key: str, context: Mapping[str, Any], own: Mapping[str, Any]) -> _Part:
    values: dict[str, Any] = {**_section(context, key), **_section(own, key)}
    wanted = {field.name: field.type for field in fields(kind)}
    if unknown := sorted(set(values) - set(wanted)):
        raise SettingsError(f"{key}: unknown {', '.join(unknown)}; known are {', '.join(sorted(wanted))}")
    try:
        return kind(**{name: _as(wanted[name], f"{key}.{name}", value) for name, value in values.items()})
    except TypeError as error:  # a field without default is missing: the message names it
        raise SettingsError(f"{key}: {error}") from None


def _as(wanted: object, name: str, value: Any) -> Any:  # noqa: ANN401  (JSON in, a field's value out)
    """The value if it is of the field's type: `-c` on the command line gives text for everything."""
    if wanted is float and type(value) is int:
        return float(value)
    if isinstance(value, list) and wanted not in (int, float, str, bool):
        return tuple(str(item) for item in value)
    if type(value) is not wanted:
        raise SettingsError(f"{name} must be {getattr(wanted, '__name__', wanted)}, is {value!r}")
    return value


def _section(context: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = _parsed(context.get(key, {}))
    if not isinstance(value, Mapping):
        raise SettingsError(f"context key {key} must be an object, is {value!r}")
    return value


def _parsed(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """An object that came as text: `-c callers='{"auth": "iam"}'`."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
