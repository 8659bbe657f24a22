"""Imports point inward, and each function can be imported with the layers that it has."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAMBDAS = ROOT / "lambdas"
ROOMS = {"generate", "distill", "deploy", "evaluate", "route", "pipeline"}
OURS = {path.name for path in LAMBDAS.iterdir() if (path / "__init__.py").exists()}
OUTSIDE = {"cdk", "local", "cli", "app", "tests", "benchmarks"}
MAY_IMPORT = {
    "intent": set[str](),
    "edge": {"intent"},
    "bedrock": {"intent"},
    "store": {"intent"},
    "doors": set[str](),
    **{room: {"intent", "edge", "bedrock", "store", "doors"} for room in ROOMS},
}
# What the domain must not know: AWS, logging, the environment, the network, processes.
NOT_THE_DOMAINS = {"boto3", "botocore", "aws_lambda_powertools", "logging", "os", "socket", "subprocess", "urllib"}
SCIENCE = ("numpy", "scipy", "jinja2", "datasketch", "sklearn")
# Handlers that must do without the science layer, by the functions that have none.
SEAM = {"boto3", "botocore"}


def imported(path: Path) -> Iterator[str]:
    """Roots of everything that a file imports, wherever in it; TYPE_CHECKING blocks included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports_of(folder: Path) -> dict[str, set[str]]:
    return {str(path.relative_to(ROOT)): set(imported(path)) for path in files(folder)}


def test_every_package_has_its_rule() -> None:
    assert set(MAY_IMPORT) == OURS


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_what_lies_further_in(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    for path, roots in imports_of(LAMBDAS / package).items():
        assert roots & OURS <= allowed, path


def test_the_domain_knows_no_aws_no_log_and_no_environment() -> None:
    for path, roots in imports_of(LAMBDAS / "intent").items():
        assert not roots & NOT_THE_DOMAINS, path


def test_the_edge_student_answers_with_the_standard_library_alone() -> None:
    for name in ("answer.py", "container.py", "cues.py", "features.py", "model.py", "vocabulary.py"):
        roots = set(imported(LAMBDAS / "edge" / name))
        assert roots <= set(sys.stdlib_module_names) | {"intent", "edge"}, name


def test_only_seams_and_doors_know_boto3() -> None:
    for room in ROOMS:
        for path, roots in imports_of(LAMBDAS / room).items():
            assert not roots & SEAM or path.endswith("handler.py"), path


def test_the_functions_know_nothing_of_what_builds_or_runs_them() -> None:
    for path, roots in imports_of(LAMBDAS).items():
        assert not roots & (OUTSIDE | {"aws_cdk", "constructs", "ministack"}), path


def test_the_infrastructure_knows_no_function() -> None:
    for path, roots in {**imports_of(ROOT / "cdk"), "app.py": set(imported(ROOT / "app.py"))}.items():
        # `lambdas/bedrock` and `cdk/bedrock.py` share a name; a bare `import bedrock` would be the function's.
        assert not roots & OURS, path


def blocked(modules: tuple[str, ...], statement: str) -> subprocess.CompletedProcess[str]:
    """Run a statement in a process in which these modules cannot be imported."""
    block = f"import sys; sys.modules.update(dict.fromkeys({modules!r}))\n"
    return subprocess.run(
        [sys.executable, "-c", block + statement], cwd=LAMBDAS, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_handler_is_imported_without_the_science_layer() -> None:
    everything = ", ".join(f"{room}.handler" for room in sorted(ROOMS))
    found = blocked((*SCIENCE, "yaml"), f"import {everything}")
    assert found.returncode == 0, found.stderr
    assert blocked(SCIENCE, "import edge.training").returncode != 0, "the block works"


def test_the_route_loads_nothing_that_only_other_functions_need() -> None:
    code = "import route.handler, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    found = blocked((), code)
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.split())
    assert not loaded & {*SCIENCE, "yaml"}
    assert not loaded & (ROOMS - {"route"})


def test_the_route_answers_without_what_a_cold_start_cannot_afford() -> None:
    """A budget in modules: unlike one in milliseconds it cannot fail by chance."""
    code = "import route.handler, sys; print(*sorted(sys.modules))"
    found = blocked((), code)
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.split())
    roots = {name.partition(".")[0] for name in loaded}
    assert not roots & {"aws_xray_sdk", "boto3", "s3transfer", "pydantic", "pydantic_core", "wrapt", "asyncio"}
    assert len(loaded) <= 430
