"""Who answers: the edge student where it is sure, as the operator pinned it, or as the caller prefers."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock.converse import Question
from bedrock.errors import Busy
from route.active import Active
from route.cache import DecisionCache
from route.router import Decision, Mode, Prefer, Wish, decide
from tests.unit.samples import ANSWER, edge_student

from .samples import POINTER, failing, replying, student

QUERY = "red car"
SURE = edge_student().predict(QUERY)


def active(threshold: float, *, with_edge: bool = True) -> Active:
    edge = POINTER.edge.model_copy(update={"threshold": threshold})
    return Active.of(POINTER.model_copy(update={"edge": edge}), edge_student() if with_edge else None)


def decided(threshold: float, wish: Wish) -> tuple[Decision, int]:
    """The decision, and how often the distilled student was asked."""
    asked: list[Question] = []
    return decide(QUERY, active(threshold), student(replying(ANSWER, asked)), wish), len(asked)


def test_given_a_confidence_at_the_threshold_then_the_edge_student_answers_alone() -> None:
    found, asked = decided(SURE.confidence, Wish())
    assert found == Decision(SURE.weights, "edge", SURE.confidence)
    assert asked == 0


def test_given_a_confidence_below_the_threshold_then_the_distilled_student_is_asked() -> None:
    found, asked = decided(min(1.0, SURE.confidence + 1e-6), Wish())
    assert (found.source, asked) == ("distilled", 1)


@pytest.mark.parametrize(
    ("mode", "prefer", "explain", "threshold", "source"),
    [
        ("cascade", "quality", False, 0.0, "distilled"),
        ("cascade", "speed", False, 1.0, "edge"),
        ("cascade", None, True, 0.0, "distilled"),
        ("cascade", "speed", True, 0.0, "distilled"),
        ("edge", None, False, 1.0, "edge"),
        ("edge", "quality", False, 1.0, "edge"),
        ("distilled", None, False, 0.0, "distilled"),
        ("distilled", "speed", False, 0.0, "distilled"),
    ],
)
def test_given_a_pin_and_a_wish_then_the_pin_wins(
    mode: Mode, prefer: Prefer | None, threshold: float, source: str, *, explain: bool
) -> None:
    assert decided(threshold, Wish(mode, prefer, explain))[0].source == source


def test_given_the_edge_pinned_and_reasons_wanted_then_a_warning_says_that_there_are_none() -> None:
    found, _ = decided(1.0, Wish("edge", explain=True))
    assert (found.source, found.reasoning, found.warnings) == (
        "edge",
        None,
        ["explain: the edge student gives no reasons"],
    )


def test_given_no_edge_student_then_the_distilled_one_answers_whatever_is_pinned() -> None:
    for mode in ("cascade", "edge", "distilled"):
        found = decide(QUERY, active(0.0, with_edge=False), student(replying(ANSWER)), Wish(mode))
        assert found.source == "distilled"


def test_given_an_earlier_versions_edge_student_then_it_answers_only_where_nobody_else_can() -> None:
    stale = replace(active(math.inf), stale=True)
    assert decide(QUERY, stale, student(replying(ANSWER)), Wish()).source == "distilled"
    found = decide(QUERY, stale, student(failing(Busy("ThrottlingException"))), Wish())
    assert found.source == "fallback"
    assert "earlier version" in found.warnings[1]
    quick = decide(QUERY, stale, student(replying(ANSWER)), Wish(prefer="speed"))
    assert quick.source == "edge"
    assert "earlier version" in quick.warnings[0]


def test_given_an_unsure_edge_student_and_no_distilled_one_then_it_answers_after_all() -> None:
    found = decide(QUERY, active(1.0), student(failing(Busy("ThrottlingException"))), Wish())
    assert (found.source, found.weights, found.failure) == ("fallback", SURE.weights, "ThrottlingException")


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([None, "quality", "speed"]), st.booleans())
def test_given_any_confidence_then_a_surer_answer_is_never_treated_worse(
    confidence: float,
    threshold: float,
    prefer: Prefer | None,
    explain: bool,  # noqa: FBT001
) -> None:
    wish = Wish("cascade", prefer, explain)
    if wish.edge_may_answer(confidence, threshold):
        assert wish.edge_may_answer(1.0, threshold)
        assert wish.edge_may_answer(confidence, 0.0)


KEPT = Decision({"visual": 1.0}, "distilled", 0.5, model_ms=12.5, input_tokens=60, output_tokens=25)


def test_given_the_same_query_again_then_the_cache_answers_at_no_cost() -> None:
    cache = DecisionCache()
    cache.keep("Red car?", 3, Wish(), KEPT)
    expected = replace(KEPT, source="cache", model_ms=None, input_tokens=0, output_tokens=0)
    assert cache.find("  red  CAR ", 3, Wish()) == expected


@pytest.mark.parametrize(
    ("query", "version", "wish"),
    [("red cars", 3, Wish()), ("red car", 4, Wish()), ("red car", 3, Wish(explain=True)), ("red car", 3, Wish("edge"))],
)
def test_given_another_query_version_or_wish_then_the_cache_is_silent(query: str, version: int, wish: Wish) -> None:
    cache = DecisionCache()
    cache.keep("red car", 3, Wish(), KEPT)
    assert cache.find(query, version, wish) is None


@pytest.mark.parametrize("source", ["edge", "fallback"])
def test_given_what_the_distilled_student_did_not_say_then_it_is_not_kept(source: str) -> None:
    cache = DecisionCache()
    cache.keep("red car", 3, Wish(), replace(KEPT, source=source))
    assert cache.find("red car", 3, Wish()) is None


def test_given_more_than_it_holds_then_the_cache_stays_bounded_and_forgets_the_oldest() -> None:
    cache = DecisionCache(entries=2)
    for query in ("one", "two", "three"):
        cache.keep(query, 1, Wish(), KEPT)
    assert [cache.find(query, 1, Wish()) is None for query in ("one", "two", "three")] == [True, False, False]


def test_given_an_answer_of_yesterday_then_it_is_gone() -> None:
    cache = DecisionCache(seconds=0)
    cache.keep("one", 1, Wish(), KEPT)
    assert cache.find("one", 1, Wish()) is None
