"""The cells of a plan."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from generate.cells import MIXED, batches
from tests.unit.samples import DOMAIN, MODALITIES

SIZES = st.integers(1, 50)


@given(st.integers(1, 3000), SIZES, st.integers(0, 2**31 - 1), st.integers(1, 700))
def test_given_any_plan_then_counts_sum_and_numbers_follow(examples: int, size: int, seed: int, first: int) -> None:
    made = batches(DOMAIN, examples=examples, size=size, seed=seed, first=first)
    assert sum(batch.count for batch in made) == examples
    assert all(batch.count == size for batch in made[:-1])
    assert [batch.number for batch in made] == list(range(first, first + len(made)))
    assert batches(DOMAIN, examples=examples, size=size, seed=seed, first=first) == made
    assert len({batch.seed for batch in made}) == len(made)


@given(st.integers(5, 120), st.integers(0, 1000))
def test_given_any_number_of_batches_then_modalities_are_even_and_one_in_five_is_mixed(count: int, seed: int) -> None:
    made = batches(DOMAIN, examples=count, size=1, seed=seed)
    leading = Counter(batch.cell["leading"] for batch in made)
    dealt = [leading[name] for name in MODALITIES]
    assert leading[MIXED] == count // 5
    assert max(dealt) - min(dealt) <= 1
    assert sum(dealt) + leading[MIXED] == count


def test_given_enough_batches_then_each_modality_meets_every_domain_and_style() -> None:
    pairs = len(DOMAIN.domains) * len(DOMAIN.styles)
    made = batches(DOMAIN, examples=pairs * 5, size=1, seed=7)
    for name in (*MODALITIES, MIXED):
        cells = [(batch.cell["domain"], batch.cell["style"]) for batch in made if batch.cell["leading"] == name]
        assert len(set(cells)) == len(cells) == pairs


def test_given_another_seed_or_a_later_round_then_the_cells_differ() -> None:
    one = batches(DOMAIN, examples=20, size=1, seed=1)
    other = batches(DOMAIN, examples=20, size=1, seed=2)
    later = batches(DOMAIN, examples=20, size=1, seed=1, first=21)
    assert [batch.cell for batch in one] != [batch.cell for batch in other]
    assert [batch.cell for batch in one] != [batch.cell for batch in later]
    assert not {batch.seed for batch in one} & {batch.seed for batch in later}
