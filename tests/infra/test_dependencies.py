"""What is shipped beside our own code: listed, and under licences that let anybody use it."""

import os
import re
import subprocess
import sys
from email.message import Message
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import cast

import pytest

from local import sbom
from tests.infra.conftest import ROOT

# Permissive; none asks for more than its notice.
ALLOWED = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PSF-2.0", "0BSD", "Zlib", "CC0-1.0"}
SHIPPED = [(layer, package) for layer in sbom.LAYERS for package in sbom.locked(layer)]


def forbidden(expression: str) -> set[str]:
    """Licences of an SPDX expression that are not allowed; all of them must be, be they joined by AND or OR."""
    return set(re.split(r"[()\s]+|\bAND\b|\bOR\b", expression)) - ALLOWED - {""}


def test_the_list_of_what_is_shipped_is_current() -> None:
    """After `make lock`: `python -m local.sbom`."""
    assert sbom.FILE.read_text(encoding="utf-8") == sbom.text()
    assert {found["name"] for found in sbom.document()["components"]} == {package for _, package in SHIPPED}


@pytest.mark.parametrize("package", [package for _, package in SHIPPED])
def test_a_package_that_is_shipped_may_be_used_by_anybody(package: str) -> None:
    assert not forbidden(sbom.licence(package))


def test_a_licence_that_asks_for_more_is_found() -> None:
    assert forbidden("MIT OR GPL-3.0-only") == {"GPL-3.0-only"}
    unknown = Message()
    unknown["License"] = "ask my lawyer"
    with pytest.raises(LookupError, match="read its LICENSE"):
        sbom.licence("unheard-of", cast("PackageMetadata", unknown))


LISTS = ("requirements", "requirements-dev", "lambdas/runtime", "lambdas/science")
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; .+?)?( \\\n(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)?$", re.MULTILINE)


def locked(text: str) -> dict[str, str]:
    """Version by name. AssertionError for a line that is no pin, or a pin without the hash of a file."""
    pins = list(PIN.finditer(text))
    unknown = PIN.sub("", text).strip()
    assert not unknown, f"no pin: {unknown[:200]}"
    loose = [pin[1] for pin in pins if not pin[3]]
    assert not loose, f"without a hash: {loose}"
    return {pin[1].lower(): pin[2] for pin in pins}


@pytest.mark.parametrize("name", LISTS)
def test_what_is_asked_for_is_locked_with_its_hashes(name: str) -> None:
    """After a change of an *.in file: `make lock`. pip refuses a file whose hash is not there."""
    folder, stem = (ROOT / name).parent, (ROOT / name).name
    lock = locked((folder / f"{stem}.{'lock' if 'lambdas' in name else 'txt'}").read_text(encoding="utf-8"))
    lines = (folder / f"{stem}.in").read_text(encoding="utf-8").splitlines()
    asked = dict(line.lower().split("==") for line in lines if line and line[0] not in "#-")
    assert asked
    assert {package: lock.get(package) for package in asked} == asked
    assert len(lock) > len(asked)


@pytest.mark.parametrize(
    "slip", ["boto3==1.2.3\n", "boto3>=1.2.3 \\\n    --hash=sha256:" + "0" * 64 + "\n", "-r other.txt\n"]
)
def test_a_list_that_leaves_something_open_is_found(slip: str) -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    with pytest.raises(AssertionError, match=r"no pin|without a hash"):
        locked(text + slip)


# Powertools' tracer asks for X-Ray's SDK and does not require it; yaml reads a checkout's taxonomy and gate, where the
# asset has JSON (test_assets.py).
EXCEPTIONS = "DEP002=aws-xray-sdk,DEP003=yaml"


def unclean(folder: Path) -> str:
    """What deptry finds in Lambda code and its `*.in` files; empty if nothing."""
    files = ",".join(f"{layer}.in" for layer in sbom.LAYERS)
    deptry = (sys.executable, "-W", "ignore", "-m", "deptry", ".", "--no-ansi", "--config", os.devnull)
    asked = ("--requirements-files", files, "--per-rule-ignores", EXCEPTIONS)
    done = subprocess.run([*deptry, *asked], capture_output=True, text=True, check=False, cwd=folder)
    return done.stdout + done.stderr if done.returncode else ""


def test_what_the_functions_import_is_asked_for_and_what_is_asked_for_is_imported(tmp_path: Path) -> None:
    assert not unclean(ROOT / "lambdas")
    (tmp_path / "science.in").write_text("Jinja2==3.1.6\n")
    (tmp_path / "runtime.in").write_text("boto3==1.43.106\n")
    (tmp_path / "handler.py").write_text("import boto3\nimport botocore\n")
    found = unclean(tmp_path)
    assert "'botocore' imported but it is a transitive dependency" in found
    assert "'Jinja2' defined as a dependency but not used" in found
