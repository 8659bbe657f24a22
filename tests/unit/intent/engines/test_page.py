"""The examples of docs/engines.md run."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from intent.engines import ENGINES

PAGE = (Path(__file__).parents[4] / "docs" / "engines.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CLIENTS = ("opensearch", "elasticsearch", "http", "db", "collection", "twelvelabs")


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor: Any = ModuleType("weaviate.classes.query")
    vendor.Filter, vendor.TargetVectors = MagicMock(), MagicMock()
    for name in ("weaviate", "weaviate.classes"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "weaviate.classes.query", vendor)
    space: dict[str, Any] = {**{name: MagicMock() for name in CLIENTS}, "key": "secret"}

    for block in BLOCKS:
        exec(compile(block, "docs/engines.md", "exec"), space)  # noqa: S102

    assert "[0.1, 0.3, 0.45, 0.15]" in str(space["compiled"])
    assert all(space[name].mock_calls for name in CLIENTS), "each example sends its payload"
    vendor.TargetVectors.relative_score.assert_called_once()


def test_every_engine_stands_in_the_table_with_its_versions() -> None:
    for name, engine in ENGINES.items():
        assert f"| `{name}` | {', '.join(engine.versions)} |" in PAGE
