"""What the teacher wrote for a batch, line by line: each line is checked on its own and costs only itself."""

import json
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from intent import prompts
from intent.plan import Batch
from intent.records import Example, Quarantined, Query, line
from intent.taxonomy import Taxonomy
from intent.text import clean
from intent.weights import Rejected, Weights, check, leading

OFF_CELL = "off_cell"
SURPLUS = "surplus"
_FENCE = "```"
_SHOWN = 2_000  # characters of a bad line that are kept
_QUERY: TypeAdapter[str] = TypeAdapter(Query)


@dataclass(slots=True)
class Written:
    """What came of a batch: asked = examples + invalid + off_cell + lost.

    `surplus`: lines on top of what was asked, set aside as well. `quarantine` has every line that is no example.
    """

    asked: int
    examples: list[Example] = field(default_factory=list[Example])
    quarantine: list[Quarantined] = field(default_factory=list[Quarantined])
    invalid: int = 0
    off_cell: int = 0
    surplus: int = 0

    @property
    def lost(self) -> int:
        """Asked for, and not there at all."""
        return self.asked - len(self.examples) - self.invalid - self.off_cell

    def figures(self) -> dict[str, int]:
        """Its counts by name."""
        return {
            "asked": self.asked,
            "kept": len(self.examples),
            "invalid": self.invalid,
            "off_cell": self.off_cell,
            "lost": self.lost,
            "surplus": self.surplus,
        }


def parse(text: str, stop_reason: str, batch: Batch, taxonomy: Taxonomy) -> Written:
    """Read a reply. Never raises, whatever the text.

    Good lines are taken first, up to the batch's count, so that a bad line (an introduction, say) costs only itself;
    bad ones are charged to what is then still wanted, and what is left over is surplus.
    """
    found = Written(batch.count)
    bad: list[Quarantined] = []
    lines = [stripped for each in text.split("\n") if (stripped := _stripped(each))]
    for index, each in enumerate(lines):
        name = f"{batch.number:05d}-{len(found.examples):02d}"
        read = _read(each, name, batch.cell, taxonomy)
        if isinstance(read, Example) and len(found.examples) < batch.count:
            found.examples.append(read)
        elif isinstance(read, Example):
            bad.append(_bad(each, SURPLUS))
        else:
            cut = stop_reason == "max_tokens" and index == len(lines) - 1 and read == "not_json"
            bad.append(_bad(each, "cut_short" if cut else read))
    for quarantined in bad:
        _charge(found, quarantined)
    return found


def _stripped(text: str) -> str:
    """The line without its ends and the end marker; empty if it is a fence."""
    bare = text.strip().removesuffix(prompts.END).rstrip()
    return "" if bare.startswith(_FENCE) else bare


def _charge(found: Written, bad: Quarantined) -> None:
    if found.lost == 0 or bad.reason == SURPLUS:
        found.surplus += 1
    elif bad.reason == OFF_CELL:
        found.off_cell += 1
    else:
        found.invalid += 1
    found.quarantine.append(bad)


def _read(text: str, name: str, cell: dict[str, str], taxonomy: Taxonomy) -> Example | str:
    """The example in a line, or the reason why there is none."""
    decoded = line(text)
    if isinstance(decoded, str):
        return decoded
    if set(decoded) != {"query", *taxonomy.modalities}:
        return "wrong_keys"
    weights = check(decoded, taxonomy.modalities)
    if isinstance(weights, Rejected):
        return weights.reason
    query = decoded["query"]
    try:
        query = _QUERY.validate_python(clean(query) if isinstance(query, str) else query, strict=True)
        json.dumps(query, ensure_ascii=False).encode()  # a lone surrogate cannot be written as UTF-8
    except (ValidationError, UnicodeEncodeError):
        return "bad_query"
    return Example(id=name, query=query, weights=weights, cell=cell) if fits(weights, cell) else OFF_CELL


def fits(weights: Weights, cell: dict[str, str]) -> bool:
    """Does the cell's modality lead, and in a mixed cell its second follow closely?"""
    first, second = cell["leading"], cell.get("second")
    if leading(weights) != first:
        return False
    if second is None:
        return True
    follower = max(weight for name, weight in weights.items() if name != first)
    return weights[second] == follower and round(weights[first] - follower, 4) <= prompts.CLOSE_BEHIND


def _bad(text: str, reason: str) -> Quarantined:
    return Quarantined(record=text[:_SHOWN].encode(errors="replace").decode(), reason=reason)
