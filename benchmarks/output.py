"""Where a benchmark's figures go: to the terminal, and to a file if one is named."""

import json
from pathlib import Path
from typing import Any


def tell(found: Any, file: Path | None) -> None:  # noqa: ANN401  (JSON)
    """Print `found` as JSON and write the same text to `file`."""
    text = json.dumps(found, indent=2)
    print(text)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", "utf-8")
