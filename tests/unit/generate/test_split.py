"""Splitting by group."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generate.split import Splits, split


def dealt(groups: list[int], leading: list[int], holdout: int, validation: int, seed: int = 7) -> Splits:
    numbers = np.arange(len(groups)) * 3  # the numbers of examples have gaps
    found = split(
        numbers, np.array(groups, int), np.array(leading, int), holdout=holdout, validation=validation, seed=seed
    )
    together = [number for part in found.parts().values() for number in part.tolist()]
    assert sorted(together) == numbers.tolist(), "each example is in exactly one part"
    homes = {name: {groups[number // 3] for number in part.tolist()} for name, part in found.parts().items()}
    assert not homes["train"] & homes["holdout"] | homes["train"] & homes["validation"]
    assert not homes["validation"] & homes["holdout"]
    assert len(found.holdout) <= holdout
    assert len(found.validation) <= validation
    return found


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=80),
    st.integers(0, 40),
    st.integers(0, 20),
    st.integers(0, 5),
)
def test_given_any_groups_then_none_is_split(
    rows: list[tuple[int, int]], holdout: int, validation: int, seed: int
) -> None:
    dealt([group for group, _ in rows], [leading for _, leading in rows], holdout, validation, seed)


@given(st.integers(140, 400), st.integers(20, 30), st.integers(0, 9))
def test_given_single_examples_then_counts_are_exact_and_the_held_out_ones_even(
    count: int, holdout: int, seed: int
) -> None:
    found = dealt(list(range(count)), [number % 4 for number in range(count)], holdout, 7, seed)
    assert (len(found.holdout), len(found.validation)) == (holdout, 7)
    leading = Counter((number // 3) % 4 for number in found.holdout.tolist())
    assert max(leading.values()) - min(leading.values()) <= 1


def test_given_groups_of_several_sizes_then_each_modality_is_within_one_group_of_its_share() -> None:
    rows = [(group, group % 4) for group in range(120) for _ in range(1 + group % 5)]
    found = dealt([group for group, _ in rows], [leading for _, leading in rows], 60, 18)
    assert (len(found.holdout), len(found.validation)) == (60, 18)
    whole = Counter(leading for _, leading in rows)
    held = Counter(rows[number // 3][1] for number in found.holdout.tolist())
    assert all(abs(held[name] - 60 * whole[name] / len(rows)) <= 5 for name in whole)


def test_given_one_giant_group_then_it_is_trained_on_and_the_rest_held_out() -> None:
    found = dealt([0] * 100 + list(range(1, 41)), [number % 4 for number in range(140)], 20, 7)
    assert (len(found.holdout), len(found.validation), len(found.train)) == (20, 7, 113)


def test_given_another_seed_then_the_split_differs_and_with_the_same_it_does_not() -> None:
    groups, leading = list(range(140)), [number % 4 for number in range(140)]
    one, again, other = (dealt(groups, leading, 20, 7, seed).holdout.tolist() for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("count", [0, 1])
def test_given_next_to_nothing_then_there_is_no_error(count: int) -> None:
    assert len(dealt([0] * count, [0] * count, 20, 7).train) <= count
