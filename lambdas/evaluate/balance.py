"""How evenly a data set covers what it was planned to cover, from the counts in its manifest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


def balance(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Kept examples by style (rows) and leading modality (columns), and by domain, length and second modality.

    `counts[style][modality]`; `largest`: the largest of them, at least 1, to shade by.
    """
    cells: list[Mapping[str, Any]] = manifest["cells"]
    modalities = list(manifest["per_modality"])
    by_both = _kept(cells, "style", "leading")
    styles = sorted({style for style, _ in by_both})
    counts = {style: {name: by_both[style, name] for name in modalities} for style in styles}
    mixed = sum(cell["kept"] for cell in cells if "second" in cell)
    return {
        "modalities": modalities,
        "counts": counts,
        "largest": max((count for row in counts.values() for count in row.values()), default=0) or 1,
        "modality": dict(manifest["per_modality"]),
        "domain": _named(cells, "domain"),
        "length": _named(cells, "length"),
        "kind": {"clear": manifest["kept"] - mixed, "mixed": mixed},
    }


def _kept(cells: Iterable[Mapping[str, Any]], *parts: str) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for cell in cells:
        found[tuple(str(cell[part]) for part in parts)] += int(cell["kept"])
    return found


def _named(cells: Iterable[Mapping[str, Any]], part: str) -> dict[str, int]:
    return {names[0]: count for names, count in sorted(_kept(cells, part).items())}
