"""The cells of a plan: even, mixed as asked, the same for the same seed."""

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generate.cells import batches, evenly, family, key, quotas, top_up
from intent.plan import Batch, Plan, spare_calls
from intent.taxonomy import Taxonomy
from tests.unit.samples import DOMAIN, MODALITIES, plan

SIZES = st.integers(1, 50)
SHARES = st.floats(0, 0.5)
SEEDS = st.integers(0, 2**31 - 1)
EXAMPLES = st.integers(140, 15_000)


def domain(count: int) -> Taxonomy:
    described = [{"name": f"m{chr(97 + number)}", "description": "something"} for number in range(count)]
    return Taxonomy.model_validate({**DOMAIN.model_dump(by_alias=True), "modalities": described})


def made(examples: int = 140, size: int = 25, seed: int = 7, share: float = 0.2, of: Taxonomy = DOMAIN) -> list[Batch]:
    return batches(of, examples=examples, size=size, seed=seed, mixed_share=share)


def led(found: list[Batch]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for batch in found:
        counts[batch.cell["leading"]] += batch.count
    return counts


@given(EXAMPLES, SIZES, SEEDS, SHARES, st.sampled_from([2, 4, 8]))
def test_given_any_plan_then_counts_are_exact_and_even(
    examples: int, size: int, seed: int, share: float, modalities: int
) -> None:
    of = domain(modalities)
    found = made(examples, size, seed, share, of)
    assert [batch.number for batch in found] == list(range(1, len(found) + 1))
    assert sum(batch.count for batch in found) == examples
    assert all(1 <= batch.count <= size and batch.round == 0 for batch in found)
    by_leading = led(found)
    assert max(by_leading.values()) - min(by_leading.values()) <= 1
    assert len(by_leading) == modalities
    by_family: dict[tuple[str, str | None], list[int]] = {}
    for batch in found:
        by_family.setdefault(family(batch.cell), []).append(batch.count)
    for counts in by_family.values():
        assert max(counts) - min(counts) <= 1
        assert len(counts) == ceil(sum(counts) / size)
    for name in of.modalities:
        seconds = [sum(by_family.get((name, other), [0])) for other in of.modalities if other != name]
        assert max(seconds) - min(seconds) <= 1
        assert sum(seconds) == round(share * by_leading[name])


@given(st.integers(140, 600), SIZES, SEEDS)
def test_given_the_same_seed_then_the_plan_is_the_same(examples: int, size: int, seed: int) -> None:
    assert made(examples, size, seed) == made(examples, size, seed)


def test_given_another_seed_then_cells_and_seeds_differ() -> None:
    one, other = made(seed=1), made(seed=2)
    assert [batch.cell for batch in one] != [batch.cell for batch in other]
    assert not {batch.seed for batch in one} & {batch.seed for batch in other}


@pytest.mark.parametrize(("share", "mixed"), [(0, 0), (0.2, 28), (0.5, 72)])
def test_given_a_share_then_that_many_examples_are_mixed(share: float, mixed: int) -> None:
    found = made(share=share)
    assert sum(batch.count for batch in found if "second" in batch.cell) == mixed
    assert led(found) == dict.fromkeys(MODALITIES, 35)


def test_given_two_modalities_then_the_other_one_is_always_second() -> None:
    of = domain(2)
    found = made(share=0.5, of=of)
    assert {family(batch.cell) for batch in found} == {("ma", None), ("mb", None), ("ma", "mb"), ("mb", "ma")}


def test_given_mixed_cells_then_each_modality_is_second_as_often_as_another() -> None:
    seconds: Counter[str | None] = Counter()
    for (_, second), count in quotas(MODALITIES, 140, 0.2).items():
        seconds[second] += count
    del seconds[None]
    assert seconds == dict.fromkeys(MODALITIES, 7)


def test_given_a_cell_then_its_keys_stand_in_the_order_of_the_request() -> None:
    found = made(share=0.5)
    assert {tuple(batch.cell) for batch in found} == {
        ("leading", "domain", "style", "length"),
        ("leading", "second", "domain", "style", "length"),
    }


def test_given_a_family_then_no_combination_comes_again_before_all_have_come() -> None:
    combinations = len(DOMAIN.domains) * len(DOMAIN.styles) * len(DOMAIN.lengths)
    found = made(examples=(combinations + 5) * len(MODALITIES), size=1, share=0)
    for name in MODALITIES:
        cells = [key(batch.cell) for batch in found if batch.cell["leading"] == name]
        assert len(set(cells)) == combinations
        assert cells[:5] == cells[combinations:]


@given(st.integers(140, 15_000), SEEDS)
def test_given_a_first_part_of_the_plan_then_it_is_about_as_even_as_the_whole(examples: int, seed: int) -> None:
    found = made(examples, seed=seed)
    for share in (0.25, 0.5, 0.75):
        part = led(found[: ceil(share * len(found))])
        assert max(part.values()) - min(part.values()) <= 2 * 25 + 1
        assert len(part) == len(MODALITIES)


@given(st.integers(0, 1000), st.integers(1, 50))
def test_given_a_total_then_its_parts_differ_by_one_at_most(total: int, parts: int) -> None:
    found = evenly(total, parts)
    assert sum(found) == total
    assert max(found) - min(found) <= 1
    assert found == sorted(found, reverse=True)


def everything(of: Plan) -> Counter[tuple[str, ...]]:
    kept: Counter[tuple[str, ...]] = Counter()
    for batch in of.batches:
        kept[key(batch.cell)] += batch.count
    return kept


def test_given_nothing_missing_then_nothing_is_asked() -> None:
    whole = plan()
    assert top_up(whole, everything(whole), round_=1) == []


def test_given_a_shortfall_then_its_family_gets_exactly_that_in_its_shortest_cells() -> None:
    whole = plan(examples=1000, holdout=50)
    kept = everything(whole)
    short = [batch for batch in whole.batches if family(batch.cell) == ("audio", None)][:2]
    kept[key(short[0].cell)] -= 3
    kept[key(short[1].cell)] -= 20
    (more,) = top_up(whole, kept, round_=1)
    assert (more.number, more.round, more.count) == (len(whole.batches) + 1, 1, 23)
    assert more.cell == short[1].cell
    assert more.seed not in {batch.seed for batch in whole.batches}


def test_given_a_whole_family_that_failed_then_it_is_asked_again_in_full_batches() -> None:
    whole = plan(examples=1000, holdout=50)
    kept = everything(whole)
    lost = [batch for batch in whole.batches if family(batch.cell) == ("visual", None)]
    for batch in lost:
        kept[key(batch.cell)] = 0
    more = top_up(whole, kept, round_=2)
    assert sum(batch.count for batch in more) == 200
    assert [batch.count for batch in more] == [25] * 8
    assert len({key(batch.cell) for batch in more}) == 8
    assert {batch.round for batch in more} == {2}


@given(st.floats(1, 5), st.integers(0, 30))
def test_given_a_budget_then_it_is_never_exceeded_and_the_largest_gaps_come_first(budget: float, done: int) -> None:
    whole = plan(call_budget=budget)
    first = len(whole.batches)
    extra = [batch.model_copy(update={"number": first + 1 + at, "round": 1}) for at, batch in enumerate(whole.batches)]
    grown = whole.model_copy(update={"batches": [*whole.batches, *extra[:done]]})
    more = top_up(grown, {}, round_=2)
    assert len(more) <= max(0, spare_calls(whole.run, whole.batches) - len(extra[:done]))
    assert [batch.count for batch in more] == sorted((batch.count for batch in more), reverse=True)
    if len(grown.batches) + first <= budget * first:
        assert sum(batch.count for batch in more) == whole.run.examples


def test_given_a_small_plan_then_each_family_may_be_topped_up_more_than_once() -> None:
    whole = plan(examples=140, holdout=20, call_budget=1.5)
    assert (len(whole.batches), spare_calls(whole.run, whole.batches)) == (20, 32)
    assert spare_calls(plan(call_budget=1).run, whole.batches) == 0
