"""`make mutation`: how many small changes of the code do the tests notice? (mutmut 3)

Each package is changed in a checkout of its own, `build/mutation/<package>`, and asked about by its own tests only:
that a neighbour's test would notice, too, is luck. mutmut takes a module's path for its name and writes its copies
beside the code, so the packages of `lambdas/` stand at the top there. It leaves decorated functions alone, and what a
module does on import: logic that is worth mutating stands in plain functions.
"""

import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from tests.prove import mutants

ROOT = Path(__file__).parents[2]
LAMBDAS = ROOT / "lambdas"
BUILD = ROOT / "build" / "mutation"
LEAST = 0.9
"""Of each package's mutants, the share that its tests must notice."""
MUTATED = ("intent/*.py", "edge/*.py", "route/*.py", "evaluate/gate.py")
TESTS = {
    "intent": ("tests/unit/intent",),
    "edge": ("tests/unit/edge",),
    "route": ("tests/unit/route",),
    "evaluate": ("tests/unit/evaluate/test_gate.py", "tests/unit/evaluate/test_gate_rules.py"),
}
# They start an interpreter of their own, measure time, or read what lies elsewhere in a checkout; and of the route's,
# those that try everything against everything take nine tenths of the time.
LEFT_OUT = (
    "tests/unit/edge/test_model.py::test_given_a_typical_query_then_half_the_answers_come_within_half_a_millisecond",
    "tests/unit/edge/test_model.py::test_given_the_serving_modules_then_neither_numpy_nor_scipy_is_imported",
    "tests/unit/intent/engines/test_compile.py::test_importing_the_package_loads_no_engine_and_no_models",
    "tests/unit/intent/test_candidate.py::test_given_another_process_then_it_decides_the_same",
    "tests/unit/route/test_release.py",
    *(f"tests/unit/route/faults/test_{name}.py" for name in ("contract", "faults", "injections", "schema", "trials")),
)
_FILES = ("taxonomy.yaml", "gate.yaml", "cdk.json")
_FOLDERS = ("tests", "cdk", "local", "cli", "docs")
_TABLE = """\
[tool.pytest.ini_options]
addopts = "-q --import-mode=importlib -p no:schemathesis -p no:cacheprovider -m 'not prove' {left_out}"
pythonpath = ["."]
markers = ["e2e: not here", "prove: not here"]
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["{package}"]
only_mutate = {files}
pytest_add_cli_args_test_selection = {tests}
also_copy = {others}
use_git_change_detection = false
"""
# What a cache holds since the tests before was computed by code that is not the mutant's.
_CONFTEST = """\
import sys

import pytest


@pytest.fixture(autouse=True)
def fresh() -> None:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("{package}", "tests"):
            for value in vars(module).copy().values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
"""


def chosen(patterns: list[str]) -> dict[str, list[str]]:
    """Package -> its modules that `patterns` name. Raises ValueError for a pattern that names none of `MUTATED`."""
    paths = (path.relative_to(LAMBDAS).as_posix() for path in sorted(LAMBDAS.rglob("*.py")))
    everything = [path for path in paths if any(fnmatch(path, pattern) for pattern in MUTATED)]
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        names = [name for name in everything if fnmatch(name, pattern)]
        if not names:
            raise ValueError(f"{pattern}: no module to mutate; they are {', '.join(MUTATED)} under lambdas/")
        for name in names:
            found.setdefault(name.partition("/")[0], []).append(name)
    return found


def stage(package: str, files: list[str]) -> Path:
    """A checkout as mutmut wants it."""
    folder = BUILD / package
    shutil.rmtree(folder, ignore_errors=True)
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(LAMBDAS, folder, ignore=without)
    shutil.copytree(LAMBDAS, folder / "lambdas", ignore=shutil.ignore_patterns("__pycache__", "*.py"))  # data files
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=without)
    for name in _FILES:
        shutil.copy(ROOT / name, folder / name)
    packages = sorted(path.name for path in LAMBDAS.iterdir() if (path / "__init__.py").exists())
    others = [name for name in packages if name != package] + ["conftest.py", "lambdas", *_FOLDERS, *_FILES]
    left_out = " ".join(f"--{'deselect' if '::' in name else 'ignore'}={name}" for name in LEFT_OUT)
    table = _TABLE.format(package=package, files=files, tests=list(TESTS[package]), others=others, left_out=left_out)
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    (folder / "conftest.py").write_text(_CONFTEST.format(package=package), encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> None:
    """One of mutmut's commands, which ends the process if it fails."""
    environment = os.environ | {"HYPOTHESIS_PROFILE": "quick"}
    done = subprocess.run([sys.executable, "-m", "mutmut", *words], cwd=folder, check=False, env=environment)
    if done.returncode:
        sys.exit(done.returncode)


def main(patterns: list[str]) -> None:
    """Run all mutants, list those that nobody noticed, and count."""
    counts: dict[str, mutants.Tally] = {}
    try:
        packages = chosen(patterns or list(MUTATED))
    except ValueError as error:
        sys.exit(str(error))
    for package, files in packages.items():
        print(f"{package}: {len(files)} modules", flush=True)  # noqa: T201
        folder = stage(package, files)
        run(folder, "run", "--max-children", os.environ.get("WORKERS") or str(os.cpu_count() or 1))
        run(folder, "results")
        counts |= mutants.read(folder / "mutants")
    print(mutants.table(counts))  # noqa: T201
    if short := mutants.short(counts, LEAST):
        sys.exit(f"fewer than {LEAST:.0%} noticed in: {', '.join(short)}")


if __name__ == "__main__":
    main(sys.argv[1:])
