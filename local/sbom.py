"""Writes the list of what the Lambda layers hold, as CycloneDX 1.6, from their locks and the installed metadata.

`python -m local.sbom` writes `docs/sbom.cdx.json`; a test fails while that file differs. https://cyclonedx.org/docs/1.6/json/
"""

import json
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "sbom.cdx.json"
LAYERS = ("runtime", "science")
# Names of licences in older metadata, as SPDX has them; for three packages read in their LICENSE files, 2026-11-22.
_SPDX = {"MIT": "MIT", "Apache-2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0"}
_READ = {"jinja2": "BSD-3-Clause", "scipy": "BSD-3-Clause", "python-dateutil": "Apache-2.0 OR BSD-3-Clause"}


def locked(layer: str) -> dict[str, str]:
    """Versions by package of a layer's lock."""
    lines = (ROOT / "lambdas" / f"{layer}.txt").read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


def licence(package: str, found: PackageMetadata | None = None) -> str:
    """SPDX expression of an installed package. Raises LookupError if its metadata has none that we know."""
    found = metadata(package) if found is None else found
    (expression, *_), (older, *_) = (found.get_all(key) or [""] for key in ("License-Expression", "License"))
    named = expression or _READ.get(package) or _SPDX.get(older)
    if named is None:
        raise LookupError(f"{package}: no licence in its metadata that we know; read its LICENSE file")
    return named


def document() -> dict[str, Any]:
    """The components of both layers, by name. No time and no serial number: the same locks give the same bytes."""
    components = [
        {
            "type": "library",
            "name": package,
            "version": version,
            "purl": f"pkg:pypi/{package}@{version}",
            "licenses": [{"expression": licence(package)}],
            "properties": [{"name": "intent-router:layer", "value": layer}],
        }
        for layer in LAYERS
        for package, version in locked(layer).items()
    ]
    subject = {"type": "application", "name": "intent-router", "licenses": [{"license": {"id": "Apache-2.0"}}]}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": subject}}
    return {**head, "components": sorted(components, key=lambda found: str(found["name"]))}


def text() -> str:
    """As it is written to the file."""
    return json.dumps(document(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
