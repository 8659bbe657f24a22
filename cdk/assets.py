"""What is uploaded: the code as one asset, its dependencies as two layers. Built without Docker, kept under build/.

Everything is named by a hash of what it is made of, and put in place by a rename: a broken build leaves nothing behind.
Only filling a layer that is not there yet touches a network, through pip.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from cdk import gate as rules

LAYERS_FORMAT = "1"  # raise it when the way layers are built changes
_NOT_CODE = shutil.ignore_patterns("__pycache__", "tests", "*.pyc", "*.in", "*.txt", "*.lock", ".*")
_PLATFORMS = ("manylinux2014", "manylinux_2_17", "manylinux_2_28")  # Amazon Linux 2023 has glibc 2.34
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BundlingError(RuntimeError):
    """What goes into a bundle could not be read or fetched; the message says what, and pip's last words."""


def code(
    root: Path, *, taxonomy: str = "taxonomy.yaml", gate: str = "gate.yaml", **settings: Mapping[str, Any]
) -> Path:
    """A directory with the packages of `lambdas/`, the taxonomy and the gate's rules as JSON: what Lambda imports from.

    `taxonomy`, `gate`: YAML files, from the root. `settings`: the deployment's own, by name (prices, bindings), put
    beside the packages as `<name>.json` unless they are empty. Raises BundlingError if a file is not there or not YAML,
    SettingsError if the gate's has not the shape of one.
    """
    compiled = {
        "taxonomy": _yaml(root, "taxonomy", taxonomy),
        "gate": rules.checked(_yaml(root, "gate", gate), gate),
    }
    with tempfile.TemporaryDirectory(dir=_made(root / "build" / "code")) as workshop:
        staged = Path(workshop) / "code"
        shutil.copytree(root / "lambdas", staged, ignore=_NOT_CODE)
        for name, value in {**compiled, **settings}.items():
            if value:
                (staged / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        target = root / "build" / "code" / digest(_contents(staged))
        if not target.exists():
            _put(staged, target)
        return target


def _yaml(root: Path, key: str, name: str) -> Any:  # noqa: ANN401  (whatever the file holds)
    try:
        return yaml.safe_load((root / name).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BundlingError(f"context key {key}: cannot read {name}: {error}") from None


def layer(root: Path, name: str, *, python: str, architecture: str) -> Path:
    """A layer's zip with the packages of `lambdas/<name>.lock`, as this Python on this processor needs them.

    pip compares each file with its hash in the lock and refuses any other.
    """
    lock = root / "lambdas" / f"{name}.lock"
    made_of = (lock.read_bytes(), f"{LAYERS_FORMAT} {python} {architecture}".encode())
    target = _made(root / "build" / "layers") / f"{name}-{digest(made_of)}.zip"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent) as workshop:
            _install(lock, Path(workshop) / "python", _target(python, architecture))
            _put(_zipped(Path(workshop), Path(workshop) / "layer.zip"), target)
    return target


def empty_layer(root: Path) -> Path:
    """Stands in for a layer in tests, which deploy nothing, and on the embedded AWS, which has the packages itself."""
    target = _made(root / "build" / "layers") / "empty.zip"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent) as workshop:
            _made(Path(workshop) / "python").joinpath("README").write_text("bundle=false: not for an account\n")
            _put(_zipped(Path(workshop), Path(workshop) / "layer.zip"), target)
    return target


def digest(parts: Iterable[bytes]) -> str:
    """16 hex digits over all parts, each kept apart from the next."""
    total = sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()[:16]


def _target(python: str, architecture: str) -> tuple[str, ...]:
    platforms = (flag for name in _PLATFORMS for flag in ("--platform", f"{name}_{_MACHINES[architecture]}"))
    return (*platforms, "--python-version", python, "--implementation", "cp")


def _install(lock: Path, target: Path, flags: tuple[str, ...]) -> None:
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:")
    exactly = ("--require-hashes", "--target", str(target), "--requirement", str(lock))
    done = subprocess.run(  # noqa: S603  (our own interpreter and lock file)
        (*pip, *flags, *exactly), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BundlingError(f"pip could not fetch {lock.name} ({' '.join(flags)}):\n{done.stderr[-2000:]}")


def _contents(directory: Path) -> Iterable[bytes]:
    for path in _files(directory, lambda _: True):
        yield path.relative_to(directory).as_posix().encode()
        yield path.read_bytes()


def _files(directory: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and wanted(path))


def is_needed(path: Path) -> bool:
    """Whether a package's file is needed to run it: not its tests (a fifth of numpy and scipy) or type stubs."""
    return not ({"tests", "__pycache__", "bin"} & set(path.parts)) and path.suffix not in {".pyi", ".pyc", ".exe"}


def _zipped(directory: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for path in _files(directory / "python", lambda path: is_needed(path.relative_to(directory))):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), _EPOCH)
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, path.read_bytes())
    return archive


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _put(made: Path, target: Path) -> None:
    """Move into place at once; if another process was faster, what it made is the same."""
    try:
        made.rename(target)
    except OSError:
        if not target.exists():
            raise
