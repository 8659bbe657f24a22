"""Cuts botocore's service models to the operations that the route function calls: loading them is half a cold start.

`python -m local.service_models` writes `lambdas/doors/models/` from the installed botocore; a test fails while the
folder differs. What remains of a model is as it was, so requests, checks, errors and endpoints stay botocore's own.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

FOLDER = Path(__file__).parents[1] / "lambdas" / "doors" / "models"
OPERATIONS = {"bedrock-runtime": ("Converse",), "s3": ("GetObject",), "ssm": ("GetParameter",)}
# S3's endpoint depends on the bucket. Bedrock's and SSM's depend on the Region alone, so their rules, which botocore
# walks through for each request, come to what `endpoints.json` says (a test compares all Regions).
_RULED = ("s3",)
_WHOLE = ("partitions", "sdk-default-configuration", "_retry")


def files() -> dict[str, Any]:
    """Content by path under `FOLDER`."""
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    found: dict[str, Any] = {f"{name}.json": loader.load_data(name) for name in _WHOLE}
    found["endpoints.json"] = _endpoints(loader.load_data("endpoints"))
    for service, operations in OPERATIONS.items():
        place = f"{service}/{loader.determine_latest_version(service, 'service-2')}"
        found[f"{place}/service-2.json"] = _cut(loader.load_service_model(service, "service-2"), operations)
        if service in _RULED:
            found[f"{place}/endpoint-rule-set-1.json"] = loader.load_service_model(service, "endpoint-rule-set-1")
    return found


def _cut(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """The model with these operations and the shapes that they need, without its documentation."""
    kept = {name: model["operations"][name] for name in operations}
    wanted, shapes = list(_named(kept)), dict[str, Any]()
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            wanted.extend(_named(shapes[name]))
    ordered = {name: shapes[name] for name in model["shapes"] if name in shapes}
    return {**model, "operations": _undocumented(kept), "shapes": _undocumented(ordered)}


def _named(value: Any) -> Iterator[str]:  # noqa: ANN401  (JSON)
    """Names of the shapes that a part of a model refers to."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        if key == "shape" and isinstance(part, str):
            yield part
        else:
            yield from _named(part)


def _undocumented(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, dict):
        return {
            key: _undocumented(part)
            for key, part in value.items()
            if not (key == "documentation" and isinstance(part, str))
        }
    return [_undocumented(part) for part in value] if isinstance(value, list) else value


def _endpoints(data: dict[str, Any]) -> dict[str, Any]:
    """Every partition, with the services that are called."""
    partitions = [
        {**part, "services": {name: entry for name, entry in part["services"].items() if name in OPERATIONS}}
        for part in data["partitions"]
    ]
    return {**data, "partitions": partitions}


def main() -> None:
    """Write the folder afresh."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
