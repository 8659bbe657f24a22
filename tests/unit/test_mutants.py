"""`make mutation`: which modules it changes, and how it counts."""

import json
from pathlib import Path

import pytest

from tests.prove.mutants import Tally, by_package, read, short, table, tally
from tests.prove.mutation import LEFT_OUT, MUTATED, ROOT, TESTS, chosen

_MODULES = {"edge/cues.py": Tally(killed=19, survived=1), "edge/answer.py": Tally(killed=8, untested=2)}


def _write(folder: Path, module: str, codes: dict[str, int | None]) -> None:
    file = folder / f"{module}.meta"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"exit_code_by_key": codes}))


def test_given_exit_codes_then_failures_and_endless_runs_count_as_killed_and_crashes_do_not() -> None:
    assert tally([1, 3, -24, 0, 0, 33, 5, None, -11, 2]) == Tally(killed=3, survived=2, untested=2, undecided=3)


def test_given_what_mutmut_wrote_then_each_module_with_mutants_is_counted(tmp_path: Path) -> None:
    _write(tmp_path, "intent/engines/azure.py", {"a": 1, "b": 0})
    _write(tmp_path, "intent/__init__.py", {})
    assert read(tmp_path) == {"intent/engines/azure.py": Tally(killed=1, survived=1)}


def test_given_a_package_of_two_modules_then_its_rate_is_of_all_its_mutants() -> None:
    assert by_package(_MODULES)["edge"].rate == 0.9
    assert short(_MODULES, 0.9) == []
    assert short(_MODULES, 0.91) == ["edge"]


def test_given_a_mutant_that_nobody_has_run_then_it_counts_against_the_rate() -> None:
    assert tally([1, None]).rate == 0.5
    assert short({"route/cost.py": tally([1, None])}, 0.9) == ["route"]


def test_given_counts_then_the_table_ends_with_the_packages_and_all() -> None:
    assert table(_MODULES).splitlines() == [
        "| module | mutants | killed | survived | no tests | kill rate |",
        "|---|---|---|---|---|---|",
        "| edge/answer.py | 10 | 8 | 0 | 2 | 80.0% |",
        "| edge/cues.py | 20 | 19 | 1 | 0 | 95.0% |",
        "| **edge** | 30 | 27 | 1 | 2 | 90.0% |",
        "| **all** | 30 | 27 | 1 | 2 | 90.0% |",
    ]


def test_given_no_choice_then_whole_packages_are_changed_and_each_has_tests_that_exist() -> None:
    found = chosen(list(MUTATED))
    assert set(found) == set(TESTS)
    assert {"intent/weights.py", "intent/engines/azure.py"} <= set(found["intent"])
    assert found["evaluate"] == ["evaluate/gate.py"]
    assert all((ROOT / path).exists() for paths in TESTS.values() for path in paths)


@pytest.mark.parametrize("left_out", LEFT_OUT)
def test_given_a_test_that_is_left_out_then_there_is_one(left_out: str) -> None:
    file, _, name = left_out.partition("::")
    assert f"def {name}" in (ROOT / file).read_text("utf-8")


def test_given_modules_then_only_these_are_changed() -> None:
    assert chosen(["route/router.py", "edge/c*.py"]) == {
        "route": ["route/router.py"],
        "edge": ["edge/calibration.py", "edge/container.py", "edge/cues.py"],
    }


def test_given_a_module_that_is_not_among_them_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^generate/cells.py: no module to mutate"):
        chosen(["generate/cells.py"])
