"""What the embedded models know of a taxonomy: the files in `data/<name of the taxonomy>/`."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


class NoMaterialError(LookupError):
    """The embedded models have no data for this taxonomy: it works on AWS, or with files written for it."""


def material(taxonomy: str, name: str) -> Path:
    """The file `name` of a taxonomy. Raises NoMaterialError, which names what is there."""
    found = DATA / taxonomy / name
    if not found.is_file():
        known = ", ".join(sorted(folder.name for folder in DATA.iterdir() if (folder / name).is_file()))
        raise NoMaterialError(f"the embedded models have no {name} for the taxonomy {taxonomy!r}, only for: {known}")
    return found


def read(taxonomy: str, name: str) -> Any:  # noqa: ANN401  (JSON)
    """What is in a JSON file of a taxonomy. Raises NoMaterialError."""
    return json.loads(material(taxonomy, name).read_text("utf-8"))
