"""The one definition of the domain."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from intent import taxonomy
from intent.taxonomy import Taxonomy

TWO = [{"name": "seen", "description": "what is seen"}, {"name": "heard", "description": "what is heard"}]


def domain(**changed: Any) -> Taxonomy:
    shapes = {"domains": {"a": "b"}, "styles": {"c": "d"}, "lengths": {"e": "f"}}
    whole = {"name": "n", "task": "t", "modalities": TWO, **shapes}
    return Taxonomy.model_validate({**whole, **changed})


def test_given_the_projects_file_when_loaded_then_it_holds_the_four_indexes_in_order() -> None:
    loaded = taxonomy.load()
    assert loaded.modalities == ("visual", "audio", "transcription", "metadata")
    assert set(loaded.descriptions) == set(loaded.modalities)
    assert taxonomy.load() is loaded


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"modalities": TWO[:1]}, "modalities"),
        ({"modalities": [*TWO, TWO[0]]}, "a name stands twice"),
        ({"modalities": [*TWO, {"name": "Seen", "description": "x"}]}, r"modalities\.2\.name"),
        ({"modalities": [*TWO, {"name": "with space", "description": "x"}]}, r"modalities\.2\.name"),
        ({"modalities": [*TWO, {"name": "smelt"}]}, r"modalities\.2\.description"),
        ({"modalities": [*TWO, {"name": "smelt", "description": ""}]}, r"modalities\.2\.description"),
        ({"domains": {}}, "domains"),
        ({"styles": {}}, "styles"),
        ({"styles": ["a"]}, "styles"),
        ({"moods": {}}, "moods"),
    ],
)
def test_given_a_broken_file_then_the_field_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        domain(**changed)


def test_given_a_taxonomy_then_nobody_changes_it() -> None:
    with pytest.raises(AttributeError, match="frozen"):
        setattr(domain(), "name", "other")  # noqa: B010  (the checker knows that it is frozen)


@pytest.fixture
def chosen(tmp_path: Path) -> Generator[Path]:
    """A taxonomy file of one's own, not yet written, in place of the checkout's."""
    file = tmp_path / "own.yaml"
    before = taxonomy.load()
    taxonomy.choose(file)
    yield file
    taxonomy.choose(Path(taxonomy.__file__).parents[2] / "taxonomy.yaml")
    assert taxonomy.load() == before


def test_given_a_file_of_ones_own_then_it_is_what_is_loaded(chosen: Path) -> None:
    chosen.write_text(yaml.safe_dump(domain(name="own").model_dump(mode="json", by_alias=True)))
    assert taxonomy.load().name == "own"


@pytest.mark.parametrize("wrong", [{"kind": "values"}, {"kind": "names", "values": {"a": ["b"]}}])
def test_given_a_list_of_values_without_its_kind_or_the_reverse_then_the_attribute_is_named(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="attribute rights: kind `values` and a list of values belong together"):
        domain(attributes=[{"name": "rights", "description": "who may show it", **wrong}])
