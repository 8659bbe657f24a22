"""A rule of the gate: one figure of one candidate, alone or beside another's, and one bound."""

import math
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from intent.figures import ACTIVE, FIGURES, PAIRED_WITH, WHO

_SHOWN = 80  # characters of what was written


class Rule(BaseModel):
    """A candidate's figure, its difference `against` another's, or its `share_of` that; and one bound.

    `certain`: not the figure decides but the pessimistic end of its 95 % interval, in pairs where it is a difference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    candidate: str
    figure: str
    against: str | None = None
    share_of: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    certain: bool = False

    @field_validator("candidate", "against", "share_of")
    @classmethod
    def _known_candidate(cls, name: str | None) -> str | None:
        return _known("candidate", name, WHO)

    @field_validator("figure")
    @classmethod
    def _known_figure(cls, name: str) -> str | None:
        return _known("figure", name, FIGURES)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if objection := self._who() or self._how_certain() or self._which_bound():
            raise ValueError(objection)
        return self

    @property
    def other(self) -> str | None:
        """The candidate that this one is compared with."""
        return self.against or self.share_of

    @property
    def floor(self) -> bool:
        """Whether the figure must reach the bound; otherwise it must stay at or below."""
        return self.at_least is not None

    @property
    def bound(self) -> float:
        """What the figure, the difference or the share is held to."""
        found = self.at_least if self.at_least is not None else self.at_most
        assert found is not None, "checked when the rule was read"
        return found

    @property
    def text(self) -> str:
        """The rule without its bound, as a fragment of a sentence."""
        parts = [f"{self.candidate}: {FIGURES[self.figure].words}"]
        if self.against:
            parts.append(f"minus that of {WHO[self.against]}")
        if self.share_of:
            parts.append(f"as a share of that of {WHO[self.share_of]}")
        if self.certain:
            parts.append(f"{'lower' if self.floor else 'upper'} end of the 95 % interval")
        return ", ".join(parts)

    def _who(self) -> str | None:
        if self.candidate == ACTIVE:
            return f"candidate: {ACTIVE} is what others are compared with; write against: {ACTIVE}"
        if self.against and self.share_of:
            return "against and share_of are two comparisons; keep one"
        if self.other == self.candidate:
            return f"{self.candidate} is compared with itself; name another candidate"
        owners = FIGURES[self.figure].of
        for name in filter(None, (self.candidate, self.other)):
            if name not in owners:
                return f"figure: {self.figure} is not measured of {name}; it is of {', '.join(owners)}"
        return None

    def _how_certain(self) -> str | None:
        if not self.certain:
            return None
        if self.share_of or (self.against and self.against not in PAIRED_WITH):
            return f"certain: a comparison has an interval only against {' or '.join(PAIRED_WITH)}; leave certain out"
        drawn = [name for name, one in FIGURES.items() if (one.paired if self.against else one.interval)]
        if self.figure not in drawn:
            what = "differences of" if self.against else "the figure"
            has = ", ".join(drawn)
            return f"certain: no interval is drawn of {what} {self.figure}; leave it out, or choose one of {has}"
        return None

    def _which_bound(self) -> str | None:
        figure = FIGURES[self.figure]
        given = [key for key in ("at_least", "at_most") if getattr(self, key) is not None]
        if len(given) != 1:
            return f"{' and '.join(given) or 'no bound'}: a rule has one bound; of {self.figure} it is {figure.bound}"
        if given != [figure.bound]:
            better = "more" if figure.more_is_better else "less"
            return f"{given[0]}: {better} is better of {self.figure}; write {figure.bound}"
        low, high = (0.0, math.inf) if self.share_of else (figure.lowest, figure.highest)
        if self.against:
            low, high = low - high, high - low
        if not low <= self.bound <= high:
            return f"{given[0]}: must be between {low:g} and {high:g}, is {self.bound:g}"
        return None


def _known(what: str, name: str | None, known: Mapping[str, object]) -> str | None:
    if name is not None and name not in known:
        raise ValueError(f"unknown {what} {name[:_SHOWN]}; known are {', '.join(known)}")
    return name
