"""The benchmark's input files, and what they may not hold."""

from pathlib import Path

import pytest

from benchmarks.describe import meta
from benchmarks.files import FileError, Labelled, Weighted, read_labelled, read_weighted
from benchmarks.human import QUERIES, WEIGHTS
from tests.unit.samples import MODALITIES

GOOD = '{"query": "a red car", "label": "visual"}'
WEIGHED = '{"query": "q", "weights": {"visual": %s, "audio": 0.1, "transcription": 0.2, "metadata": 0.2}}'


def file(folder: Path, *lines: str) -> Path:
    path = folder / "queries.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_given_labels_alone_and_in_lists_then_all_are_read_and_other_fields_ignored(tmp_path: Path) -> None:
    listed = '{"query": "rain on a roof", "label": ["audio", "visual", "audio"], "source": "mine"}'
    assert read_labelled(file(tmp_path, GOOD, "", listed), MODALITIES) == [
        Labelled("a red car", ("visual",)),
        Labelled("rain on a roof", ("audio", "visual")),
    ]


def test_given_weights_then_they_sum_exactly_to_one(tmp_path: Path) -> None:
    found = read_weighted(file(tmp_path, WEIGHED % "0.5"), MODALITIES)
    assert found == [Weighted("q", {"visual": 0.5, "audio": 0.1, "transcription": 0.2, "metadata": 0.2})]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "is not valid JSON"),
        ("[]", "is not a JSON object"),
        ('{"query": "a", "query": "b", "label": "visual"}', "is not valid JSON (duplicate key"),
        ('{"label": "visual"}', "field query"),
        ('{"query": " ", "label": "visual"}', "field query"),
        ('{"query": 3, "label": "visual"}', "field query"),
        ('{"query": "%s", "label": "visual"}' % ("a" * 2001), "field query: is longer than 2000"),
        ('{"query": "a"}', "field label"),
        ('{"query": "a", "label": "video"}', "field label: must be one of visual, audio"),
        ('{"query": "a", "label": []}', "field label"),
        ('{"query": "a", "label": ["visual", "video"]}', "field label"),
        ('{"query": "a", "label": {"visual": 1}}', "field label"),
    ],
)
def test_given_a_bad_line_then_the_error_names_file_line_and_field(tmp_path: Path, line: str, told: str) -> None:
    path = file(tmp_path, GOOD, "", line)
    with pytest.raises(FileError) as error:
        read_labelled(path, MODALITIES)
    assert str(error.value).startswith(f"{path}, line 3: {told}")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (WEIGHED % "0.9", "field weights: wrong sum"),
        (WEIGHED % "-0.1", "field weights: out of range"),
        (WEIGHED % '"0.5"', "field weights: not a number"),
        ('{"query": "a", "weights": {"visual": 1}}', "field weights: must be an object with visual, audio"),
        ('{"query": "a", "weights": [1, 0, 0, 0]}', "field weights"),
    ],
)
def test_given_bad_weights_then_the_error_says_what_is_wrong(tmp_path: Path, line: str, told: str) -> None:
    path = file(tmp_path, line)
    with pytest.raises(FileError) as error:
        read_weighted(path, MODALITIES)
    assert str(error.value).startswith(f"{path}, line 1: {told}")


def test_given_no_file_no_line_or_no_text_then_the_error_names_the_file(tmp_path: Path) -> None:
    path = file(tmp_path)
    with pytest.raises(FileError, match="holds no line"):
        read_labelled(path, MODALITIES)
    path.write_bytes(b'{"query": "\xff"}')
    with pytest.raises(FileError, match="is not UTF-8"):
        read_labelled(path, MODALITIES)
    with pytest.raises(FileError, match="cannot be read"):
        read_labelled(tmp_path / "absent.jsonl", MODALITIES)


def test_the_files_that_ship_are_readable_and_said_to_be_what_they_are() -> None:
    labelled, weighted = read_labelled(QUERIES, MODALITIES), read_weighted(WEIGHTS, MODALITIES)
    about = meta(labelled, weighted, 10_000, [7])
    assert (about["queries"], about["weights"]) == (122, 47)
    assert about["weights_fitted"] == 47, (
        "the teacher's scale was fitted to the default weights, and the report says so"
    )
    assert about["per_modality"] == {"audio": 25, "metadata": 16, "transcription": 38, "visual": 43}
