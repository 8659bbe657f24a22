"""What installing packages adds to an empty environment: the bytes of them and of all that they require."""

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def missing(packages: Iterable[str]) -> list[str]:
    """Those that are not installed here."""
    return [name for name in packages if _find(name) is None]


def install_bytes(packages: Iterable[str]) -> int:
    """Bytes of the installed files, compiled bytecode left out."""
    return sum(_bytes(found) for name in closure(packages) if (found := _find(name)))


def closure(packages: Iterable[str]) -> set[str]:
    """The packages and everything that they require on this machine, extras where a requirement asks for them."""
    waiting = [Requirement(name) for name in packages]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *sorted(wanted.extras)):
            key = (canonicalize_name(wanted.name), extra)
            found = _find(wanted.name)
            if key not in seen and found:
                seen.add(key)
                waiting += _requirements(found, extra)
    return {name for name, _ in seen}


def _requirements(found: Distribution, extra: str) -> list[Requirement]:
    parsed = [Requirement(line) for line in found.requires or ()]
    return [wanted for wanted in parsed if wanted.marker is None or wanted.marker.evaluate({"extra": extra})]


def _find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _bytes(found: Distribution) -> int:
    paths = [Path(str(found.locate_file(file))) for file in found.files or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file())
