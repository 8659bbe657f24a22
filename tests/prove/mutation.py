"""`make mutation`: how many small changes of the code do the tests notice? (mutmut 3)

mutmut takes a module's path for its name and writes its copies beside the code. So what it needs is copied to
`build/mutation`, with the packages of `lambdas/` at the top, where they are imported from. It leaves decorated
functions alone: logic that is worth mutating stands in plain ones.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGE = ROOT / "build" / "mutation"
MUTATED = ("intent/weights.py", "intent/scoring.py", "evaluate/gate.py", "route/router.py")
TESTS = (
    *("tests/unit/intent/test_weights_parse.py", "tests/unit/intent/test_weights_normalise.py"),
    *(
        "tests/unit/intent/test_scoring.py",
        "tests/unit/evaluate/test_gate.py",
        "tests/unit/evaluate/test_gate_rules.py",
    ),
    *("tests/unit/evaluate/test_measure.py", "tests/unit/route/test_router.py", "tests/unit/route/test_cascade.py"),
    "tests/unit/route/test_active.py",
)
_TABLE = """\
[tool.pytest.ini_options]
addopts = "-q --import-mode=importlib -p no:schemathesis -p no:cacheprovider"
pythonpath = ["."]
markers = ["e2e: not here"]

[tool.mutmut]
source_paths = {sources}
only_mutate = {files}
pytest_add_cli_args_test_selection = {tests}
also_copy = {others}
"""


def stage() -> None:
    """A checkout as mutmut wants it."""
    shutil.rmtree(STAGE, ignore_errors=True)
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lambdas", STAGE, ignore=without)
    for name in ("tests", "cdk", "local", "cli"):
        shutil.copytree(ROOT / name, STAGE / name, ignore=without)
    for name in ("taxonomy.yaml", "gate.yaml", "cdk.json"):
        shutil.copy(ROOT / name, STAGE / name)
    packages = sorted(path.name for path in (ROOT / "lambdas").iterdir() if (path / "__init__.py").exists())
    sources = sorted({name.partition("/")[0] for name in MUTATED})
    others = [name for name in packages if name not in sources]
    others += ["tests", "cdk", "local", "cli", "taxonomy.yaml", "gate.yaml", "cdk.json"]
    table = _TABLE.format(sources=sources, files=list(MUTATED), tests=list(TESTS), others=others)
    (STAGE / "pyproject.toml").write_text(table.replace("'", '"'), encoding="utf-8")


def main() -> None:
    """Run all mutants, then list those that nobody noticed."""
    stage()
    for words in (("run", "--max-children", "2"), ("results",)):
        done = subprocess.run([sys.executable, "-m", "mutmut", *words], cwd=STAGE, check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
