"""The route's benchmark: its two sides, its figures, its bill."""

import pytest

from benchmarks import gateway, route_cost
from benchmarks.loopback import ANSWER, pointer
from benchmarks.route_calls import compare
from intent.pointer import Pointer
from intent.prompts import STOP
from intent.weights import Parsed, parse
from tests.unit.samples import MODALITIES


def test_given_events_then_no_two_queries_are_the_same() -> None:
    given = gateway.events()
    bodies = [next(given)["body"] for _ in range(500)]
    assert len(set(bodies)) == 500


def test_given_two_sides_then_each_is_called_alike_and_the_ratio_is_the_routes_to_the_bare_ones() -> None:
    seen: dict[str, list[str]] = {"route": [], "bare": []}

    def side(name: str, work: int) -> gateway.Side:
        def answer(event: dict[str, object], _context: object) -> dict[str, object]:
            seen[name].append(str(event["body"]))
            sum(range(work))
            return {"statusCode": 200, "body": "{}"}

        return answer

    found = compare({"route": side("route", 100_000), "bare": side("bare", 100)}, 5, 2)
    assert found["calls"] == 10
    assert found["sources"] == {"route": 10, "bare": 10}
    assert len(seen["route"]) == len(seen["bare"])
    assert not set(seen["route"]) & set(seen["bare"])
    assert found["ratio"]["cpu"]["median"] > 1
    assert found["route"]["p50"] <= found["route"]["p99"]


def test_given_a_side_that_fails_then_there_are_no_figures() -> None:
    def failing(_event: object, _context: object) -> dict[str, object]:
        return {"statusCode": 500, "body": "no"}

    with pytest.raises(RuntimeError, match="route: no"):
        compare({"route": failing}, 1, 1)


def test_given_the_loopbacks_answers_then_the_route_can_read_them() -> None:
    assert Pointer.model_validate(pointer(1.0)).edge.threshold == 1
    assert isinstance(parse(ANSWER, MODALITIES), Parsed)
    assert isinstance(parse(ANSWER.partition(STOP)[0], MODALITIES), Parsed)


def test_given_the_price_table_then_the_cascade_saves_99_percent_of_the_haiku_router() -> None:
    found = route_cost.measure(gateway.queries(), 0.93)
    bill = found["usd_per_million_routes"]
    assert bill["cascade"]["saving"] >= 0.99
    assert bill["cascade"]["usd"] < bill["distilled_alone"]["usd"] < bill["published_student"]["usd"]
    assert found["tokens"]["ours"]["output"] < found["tokens"]["published_student"]["output"]
