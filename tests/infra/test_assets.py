"""What is uploaded: the code without its tests, and layers that are whole, needed, and small enough for Lambda."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cdk import assets
from tests.infra.conftest import ROOT

LIMIT = 250 * 2**20  # bytes, unzipped: code and all layers of a function
SPARE = 15 * 2**20  # other processors' wheels differ by some
IMPORTED_AS = {"aws-lambda-powertools": "aws_lambda_powertools", "aws-xray-sdk": "aws_xray_sdk"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small checkout."""
    room = tmp_path / "lambdas" / "room"
    (room / "tests").mkdir(parents=True)
    (room / "__pycache__").mkdir()
    (room / "handler.py").write_text("def go(): ...\n")
    (room / "tests" / "test_handler.py").write_text("")
    (room / "__pycache__" / "handler.pyc").write_text("")
    (tmp_path / "lambdas" / "runtime.lock").write_text("six==1.17.0\n")
    (tmp_path / "taxonomy.yaml").write_text("modalities: {visual: what is seen}\n")
    (tmp_path / "gate.yaml").write_text("rules: [{candidate: edge, figure: mae, at_most: 0.1}]\n")
    return tmp_path


def fake_pip(calls: list[tuple[str, ...]], *, broken: bool = False) -> object:
    def install(_: Path, target: Path, flags: tuple[str, ...]) -> None:
        calls.append(flags)
        for name in ("package/core.py", "package/core.pyi", "package/tests/test_core.py"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text("x = 1\n")
        if broken:
            raise assets.BundlingError("no such package")

    return install


def test_code_is_the_packages_and_the_taxonomy_as_json(project: Path) -> None:
    staged = assets.code(project)
    assert sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()) == [
        "gate.json",
        "room/handler.py",
        "taxonomy.json",
    ]
    assert json.loads((staged / "taxonomy.json").read_text()) == {"modalities": {"visual": "what is seen"}}


def test_prices_of_ones_own_stand_beside_the_packages(project: Path) -> None:
    plain, own = assets.code(project), {"models": {"x": {"input": 1, "output": 2}}}
    staged = assets.code(project, prices=own)
    assert staged != plain
    assert json.loads((staged / "prices.json").read_text()) == own
    assert not (plain / "prices.json").exists()
    assert assets.code(project, prices={}) == plain


def test_bindings_of_ones_own_stand_where_the_route_looks_for_them() -> None:
    own = {"opensearch": {"index": "videos"}}
    staged = assets.code(ROOT, bindings=own)
    assert json.loads((staged / "bindings.json").read_text()) == own
    script = "from route import targets; print(targets._bindings())"
    done = subprocess.run([sys.executable, "-c", script], cwd=staged, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(own)


def test_a_taxonomy_or_gate_that_cannot_be_read_is_named(project: Path) -> None:
    (project / "broken.yaml").write_text("a: [")
    for name in ("nowhere.yaml", "broken.yaml"):
        with pytest.raises(assets.BundlingError, match=f"taxonomy: cannot read {name}"):
            assets.code(project, taxonomy=name)
        with pytest.raises(assets.BundlingError, match=f"gate: cannot read {name}"):
            assets.code(project, gate=name)


def test_the_functions_find_prices_where_they_are_put() -> None:
    own = {"models": {"own.model": {"input": 1, "output": 2}}}
    code = assets.code(ROOT, prices=own)
    script = "from intent.prices import load; print(load().cost('own.model', 10**6, 0))"
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(code)}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "1.0", done.stderr


def test_code_is_staged_anew_only_when_it_changes(project: Path) -> None:
    first = assets.code(project)
    assert assets.code(project) == first
    (project / "taxonomy.yaml").write_text("modalities: {audio: what is heard}\n")
    assert assets.code(project) != first
    assert sorted(path.name for path in first.parent.iterdir()) == sorted({first.name, assets.code(project).name})


def test_code_is_the_same_from_any_checkout(tmp_path: Path) -> None:
    assert not differ(ROOT, tmp_path)


def differ(root: Path, folder: Path) -> set[str]:
    """Files of the bundle that come out differently, or are another one's, when it is built from a second checkout."""
    built: list[dict[str, bytes]] = []
    for name in ("one", "two"):
        checkout = folder / name
        shutil.copytree(root / "lambdas", checkout / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("taxonomy.yaml", "gate.yaml"):
            shutil.copy(root / file, checkout / file)
        code = assets.code(checkout)
        built.append({str(path.relative_to(code)): path.read_bytes() for path in code.rglob("*") if path.is_file()})
    one, two = built
    return {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}


def test_the_taxonomy_that_is_uploaded_is_the_one_at_the_top() -> None:
    staged = json.loads((assets.code(ROOT) / "taxonomy.json").read_text())
    assert staged == yaml.safe_load((ROOT / "taxonomy.yaml").read_text())


def test_a_layer_is_built_once_for_its_lock_python_and_processor(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(assets, "_install", fake_pip(calls))
    built = {assets.layer(project, "runtime", python="3.14", architecture="arm64") for _ in range(2)}
    assert len(built) == len(calls) == 1
    assert "manylinux2014_aarch64" in calls[0]
    assert "3.14" in calls[0]
    built.add(assets.layer(project, "runtime", python="3.14", architecture="x86_64"))
    built.add(assets.layer(project, "runtime", python="3.13", architecture="arm64"))
    (project / "lambdas" / "runtime.lock").write_text("six==1.16.0\n")
    built.add(assets.layer(project, "runtime", python="3.14", architecture="arm64"))
    assert len(built) == len(calls) == 4


def test_a_layer_has_no_tests_and_is_the_same_every_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_install", fake_pip([]))
    layer = assets.layer(project, "runtime", python="3.14", architecture="arm64")
    assert zipfile.ZipFile(layer).namelist() == ["python/package/core.py"]
    content = layer.read_bytes()
    layer.unlink()
    assert assets.layer(project, "runtime", python="3.14", architecture="arm64").read_bytes() == content


def test_a_broken_build_leaves_nothing_behind(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_install", fake_pip([], broken=True))
    with pytest.raises(assets.BundlingError):
        assets.layer(project, "runtime", python="3.14", architecture="arm64")
    assert not list((project / "build" / "layers").iterdir())


def test_pips_own_words_are_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess[str]([], 1, "", "No matching distribution found for six")

    def run(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return failed

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(assets.BundlingError, match="No matching distribution found for six"):
        assets.layer(project, "runtime", python="3.14", architecture="arm64")


def locked(name: str) -> list[str]:
    """Distributions of a lock file."""
    lines = (ROOT / "lambdas" / f"{name}.txt").read_text().splitlines()
    return [line.partition("==")[0] for line in lines if line and not line.startswith("#")]


def test_code_and_layers_together_fit_lambda() -> None:
    """Measured on the packages that are installed here, which are those of the lock files."""
    total = sum(path.stat().st_size for path in assets.code(ROOT).rglob("*") if path.is_file())
    for name in (*locked("runtime"), *locked("science")):
        for file in importlib.metadata.files(name) or ():
            if assets.is_needed(Path(file)) and ".." not in file.parts:
                total += Path(str(file.locate())).stat().st_size
    assert total < LIMIT - SPARE


def test_layers_that_have_been_built_fit_lambda() -> None:
    sizes = {
        archive: sum(entry.file_size for entry in zipfile.ZipFile(archive).infolist())
        for archive in (ROOT / "build" / "layers").glob("*-*.zip")
    }
    for science in (size for archive, size in sizes.items() if archive.name.startswith("science")):
        for runtime in (size for archive, size in sizes.items() if archive.name.startswith("runtime")):
            assert science + runtime < LIMIT - SPARE


@pytest.mark.parametrize("name", ["runtime", "science"])
def test_a_layers_lock_has_a_hash_for_every_package_and_the_versions_that_are_tested(name: str) -> None:
    """`make lock` writes both: pip would ask for hashes of all development packages too if it read the lock."""
    text = (ROOT / "lambdas" / f"{name}.lock").read_text().replace("\\\n", "")
    packages = [line.split() for line in text.splitlines()]
    assert [package[0].partition("==")[0] for package in packages] == locked(name)
    assert [package[0] for package in packages] == (ROOT / "lambdas" / f"{name}.txt").read_text().split()
    for _, *hashes in packages:
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", found) for found in hashes)


def test_a_layer_is_refused_if_a_file_is_not_the_locked_one(project: Path) -> None:
    wheel = project / "six-1.17.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("six.py", "")
        archive.writestr("six-1.17.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n")
    lock = project / "lambdas" / "runtime.lock"
    lock.write_text(f"six @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(assets.BundlingError, match="HASHES"):
        assets.layer(project, "runtime", python="3.14", architecture="arm64")


def test_installed_packages_are_those_of_the_lock_files() -> None:
    """The embedded AWS runs functions on them instead of the layers."""
    for name in ("runtime", "science"):
        for line in (ROOT / "lambdas" / f"{name}.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                distribution, _, version = line.partition("==")
                assert importlib.metadata.version(distribution) == version, line


def imports(path: Path) -> Iterator[str]:
    """Top-level names that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_whatever_the_code_imports_is_its_own_or_locked() -> None:
    """The embedded AWS sees every package of this host, so it would not notice one that is missing on AWS."""
    own = {path.name for path in (ROOT / "lambdas").iterdir()}
    known = {re.sub("-", "_", name).lower() for layer in ("runtime", "science") for name in locked(layer)}
    known |= {name.partition("_")[2] for name in known if name.startswith("python_")} | {"dateutil"}
    for path in (ROOT / "lambdas").rglob("*.py"):
        foreign = set(imports(path)) - own - set(sys.stdlib_module_names)
        if "yaml" in foreign and path.name in {"taxonomy.py", "gatefile.py"}:
            foreign.remove("yaml")  # reads its YAML file in a checkout; an asset has that as JSON
        assert foreign <= known, path


@pytest.mark.parametrize("room", ["generate", "distill", "deploy", "evaluate", "pipeline", "route"])
def test_a_handler_module_imports_without_the_science_layer(room: str) -> None:
    """Its functions share it, and not all of them have that layer."""
    code = assets.code(ROOT)
    blocked = ["numpy", "scipy", "datasketch", "jinja2", "markupsafe", "yaml"]
    script = f"import sys; sys.modules.update(dict.fromkeys({blocked})); import {room}.handler"
    environment = {"PYTHONPATH": str(code), "POWERTOOLS_METRICS_NAMESPACE": "x", "POWERTOOLS_SERVICE_NAME": room}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
