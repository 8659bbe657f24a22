"""The charts' coordinates: labels that never cover anything, and points where their figures are."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluate.charts import Axis, Scatter, scatter
from evaluate.labels import Box, place

CANVAS = Box(42, 0, 340, 221)


def one(name: str, top1: float | None, value: float | None, interval: tuple[float, float] | None = None) -> Any:
    return {"name": name, "top1": top1, "value": value, "intervals": {"top1": interval} if interval else {}}


def drawn(*candidates: Any) -> Scatter:
    return scatter(candidates, lambda candidate: candidate["value"], 0.0)


def box(text: str, x: float, y: float) -> Box:
    return Box(x, y - 6, x + 6 * len(text), y + 6)


POINTS = st.lists(
    st.tuples(st.sampled_from(["distilled", "edge", "base-short", "other-12"]), st.floats(55, 318), st.floats(12, 220)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(points=POINTS)
def test_given_any_dozen_points_then_no_label_covers_another_or_a_point_or_leaves_the_chart(
    points: list[tuple[str, float, float]],
) -> None:
    marks = [Box(x - 5, y - 5, x + 5, y + 5) for _, x, y in points]
    labels = [box(label.text, label.x, label.y) for label in place(points, marks, CANVAS)]
    assert len(labels) == len(points)
    assert not any(a.meets(b) for a, b in combinations(labels, 2))
    assert not any(label.meets(mark) for label in labels for mark in marks)
    assert all(CANVAS.holds(label) for label in labels)


def test_given_a_label_far_from_its_point_then_a_line_leads_there() -> None:
    crowd = [("candidate", 100.0, 100.0)] * 8
    labels = place(crowd, [], CANVAS)
    assert labels[0].line is None
    assert labels[-1].line is not None


def test_given_no_room_at_all_then_the_label_stands_beside_its_point_all_the_same() -> None:
    (label,) = place([("edge", 100, 100)], [CANVAS], CANVAS)
    assert (label.text, label.line) == ("edge", None)
    assert 100 < label.x < 110


def test_given_better_and_slower_candidates_then_they_stand_higher_and_further_right() -> None:
    low, high = drawn(one("a", 0.5, 1.0), one("b", 0.9, 100.0)).points
    assert low.x < high.x
    assert low.y > high.y, "px count downwards"


def test_given_ten_times_the_cost_then_the_step_is_the_same_everywhere() -> None:
    points = drawn(one("a", 0.9, 1.0), one("b", 0.9, 10.0), one("c", 0.9, 100.0)).points
    assert points[1].x - points[0].x == pytest.approx(points[2].x - points[1].x, abs=0.11)


def test_given_a_candidate_that_costs_nothing_then_it_stands_at_the_left_edge_labelled_0() -> None:
    chart = drawn(one("edge", 0.9, 0.0), one("distilled", 0.9, 6.5))
    assert (chart.across[0].text, chart.across[0].at) == ("0", chart.points[0].x)
    assert [tick.text for tick in chart.across] == ["0", "1", "10"]
    assert drawn(one("distilled", 0.9, 6.5)).across[0].text == "1"


def test_given_very_different_figures_then_only_every_other_power_is_written() -> None:
    texts = [tick.text for tick in Axis([0.001, 10_000.0], 0.0).ticks]
    assert texts == ["0.001", "0.1", "10", "1,000"]


def test_given_figures_that_are_missing_then_the_candidate_is_left_out() -> None:
    chart = drawn(one("a", None, 1.0), one("b", 0.9, None), one("c", 0.9, 1.0))
    assert [point.label.text for point in chart.points] == ["c"]
    assert drawn().points == []


def test_given_an_interval_then_its_ends_are_drawn_around_the_point() -> None:
    sure, unsure = drawn(one("distilled", 0.9, 1.0), one("base", 0.6, 1.0, (0.5, 0.7))).points
    assert sure.whisker is None
    assert unsure.whisker is not None
    assert unsure.whisker[0] < unsure.y < unsure.whisker[1]
    assert (sure.own, unsure.own) == (True, False)


@pytest.mark.parametrize(
    ("lowest", "first", "last"), [(0.24, "20%", "100%"), (0.66, "60%", "100%"), (0.97, "90%", "100%")]
)
def test_given_the_lowest_quality_then_the_scale_begins_below_it(lowest: float, first: str, last: str) -> None:
    ticks = [tick.text for tick in drawn(one("a", lowest, 1.0), one("b", 1.0, 2.0)).upwards]
    assert (ticks[-1], ticks[0]) == (first, last)


def test_given_a_chart_then_its_figures_are_also_said_in_words() -> None:
    assert drawn(one("a", 0.9123, 1234.5)).described == "a: 91.2% at 1,234.5"
