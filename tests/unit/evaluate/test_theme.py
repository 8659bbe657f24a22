"""The page's colours: enough contrast for text and for what a chart shows, in the light and in the dark."""

import itertools
import re

import pytest

from evaluate.page import TEMPLATES

CSS = (TEMPLATES / "page.css").read_text("utf-8")
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
SHARE_OF_HEAT = 0.5
# Foreground, background, the contrast that it needs. `heat`: the darkest cell of a heat table.
PAIRS = [
    *((text, behind, TEXT) for text in ("ink", "dim", "good", "bad") for behind in ("paper", "soft")),
    ("ink", "heat", TEXT),
    *(("bar", behind, GRAPHICS) for behind in ("paper", "soft")),
    *((f"error-{number}", "paper", GRAPHICS) for number in range(1, 6)),
]
DECORATION = {"line"}  # rules between rows and grid lines: nothing is lost without them


def theme(*, dark: bool) -> dict[str, str]:
    light, darker = (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", root)) for root in roots())
    return {**light, **darker} if dark else light


def roots() -> list[str]:
    return re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)


def channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(colour: list[int]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[int], other: list[int]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def heat(colours: dict[str, str]) -> list[int]:
    both = zip(channels(colours["bar"]), channels(colours["soft"]), strict=True)
    return [round(SHARE_OF_HEAT * bar + (1 - SHARE_OF_HEAT) * soft) for bar, soft in both]


def test_given_black_and_white_then_the_contrast_is_that_of_the_standard() -> None:
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
    assert contrast(channels("#777777"), channels("#ffffff")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "behind", "least"), PAIRS)
def test_given_a_theme_then_every_pair_of_colours_can_be_told_apart(
    front: str, behind: str, least: float, *, dark: bool
) -> None:
    colours = theme(dark=dark)
    ground = heat(colours) if behind == "heat" else channels(colours[behind])
    assert contrast(channels(colours[front]), ground) >= least


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_given_bins_of_errors_then_each_is_told_from_the_next(*, dark: bool) -> None:
    ramp = [luminance(channels(theme(dark=dark)[f"error-{number}"])) for number in range(1, 6)]
    assert ramp == sorted(ramp, reverse=not dark), "the larger the error, the further from the background"
    assert min(contrast_of(one, other) for one, other in itertools.pairwise(ramp)) > 1.25


def contrast_of(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_given_the_style_sheet_then_every_colour_in_it_is_checked_here() -> None:
    body = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", body) == []
    named = {front for front, _, _ in PAIRS} | {behind for _, behind, _ in PAIRS} - {"heat"}
    for dark in (False, True):
        assert set(theme(dark=dark)) == named | DECORATION
    assert len(roots()) == 2
    assert all(len(re.findall("#", root)) == len(theme(dark=False)) for root in roots()), "both themes set every colour"
    assert f"calc(var(--share) * {SHARE_OF_HEAT:.0%})" in CSS
