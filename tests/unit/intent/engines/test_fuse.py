import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent.engines import fuse

LISTS = {"visual": ["a", "b", "c"], "audio": ["c", "b"]}


def test_ranks_are_fused_by_w_over_k_plus_rank() -> None:
    fused = dict(fuse({"visual": 0.7, "audio": 0.3}, LISTS))
    assert fused == {
        "a": pytest.approx(0.7 / 61),
        "b": pytest.approx(0.7 / 62 + 0.3 / 62),
        "c": pytest.approx(0.7 / 63 + 0.3 / 61),
    }


def test_the_order_follows_the_weights() -> None:
    lists = {"visual": ["a", "b"], "audio": ["b", "a"]}
    assert [name for name, _ in fuse({"visual": 0.6, "audio": 0.4}, lists)] == ["a", "b"]
    assert [name for name, _ in fuse({"visual": 0.4, "audio": 0.6}, lists)] == ["b", "a"]


def test_scores_are_scaled_list_by_list_before_they_are_added() -> None:
    scored = {"visual": [("a", 30.0), ("b", 20.0), ("c", 10.0)], "audio": [("c", 0.9), ("b", 0.1)]}
    fused = fuse({"visual": 0.6, "audio": 0.4}, scored, method="linear")
    assert fused == [("a", pytest.approx(0.6)), ("c", pytest.approx(0.4)), ("b", pytest.approx(0.3))]


def test_equal_scores_are_in_the_order_of_the_ids() -> None:
    assert [name for name, _ in fuse({"visual": 0.5, "audio": 0.5}, {"visual": ["z"], "audio": ["a"]})] == ["a", "z"]
    assert fuse({"visual": 1.0}, {"visual": [("z", 2.0), ("a", 2.0)]}, method="linear") == [("a", 1.0), ("z", 1.0)]


def test_a_repeated_document_counts_once_by_its_first_rank() -> None:
    assert fuse({"visual": 1.0}, {"visual": ["a", "a", "b"]}) == fuse({"visual": 1.0}, {"visual": ["a", "b"]})


def test_nothing_in_nothing_out() -> None:
    assert fuse({"visual": 1.0}, {}) == []
    assert fuse({"visual": 1.0}, {"visual": []}, method="linear") == []


def test_what_cannot_be_fused_is_named() -> None:
    with pytest.raises(ValueError, match="audio has a ranked list but no weight"):
        fuse({"visual": 1.0}, LISTS)
    with pytest.raises(ValueError, match="linear needs"):
        fuse({"visual": 0.5, "audio": 0.5}, LISTS, method="linear")
    with pytest.raises(ValueError, match=r"weights\.visual"):
        fuse({"visual": float("nan"), "audio": 0.5}, LISTS)
    with pytest.raises(ValueError, match="k: must"):
        fuse({"visual": 1.0, "audio": 0.5}, LISTS, k=-1)


@given(
    st.dictionaries(st.sampled_from("mnop"), st.floats(0, 1), min_size=1),
    st.data(),
    st.sampled_from(["rrf", "linear"]),
)
def test_the_result_is_sorted_complete_and_does_not_depend_on_the_order_of_the_lists(
    weights: dict[str, float], data: st.DataObject, method: str
) -> None:
    hits = st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(-5, 5)))
    lists = {name: data.draw(hits) for name in weights}
    fused = fuse(weights, lists, method="linear" if method == "linear" else "rrf")
    assert {name for name, _ in fused} == {name for ranked in lists.values() for name, _ in ranked}
    assert fused == sorted(fused, key=lambda hit: (-hit[1], hit[0]))
    turned = dict(reversed(lists.items()))
    assert fuse(weights, turned, method="linear" if method == "linear" else "rrf") == fused


def test_given_k_of_zero_then_the_first_rank_counts_its_whole_weight_and_below_it_is_refused() -> None:
    assert fuse({"visual": 0.5}, {"visual": ["first one", "second"]}, k=0) == [("first one", 0.5), ("second", 0.25)]
    with pytest.raises(ValueError, match=r"^k: must be 0 or more$"):
        fuse({"visual": 0.5}, {"visual": ["a"]}, k=-1)


@pytest.mark.parametrize("weight", [float("inf"), -0.1])
def test_given_a_weight_that_is_none_then_nothing_is_fused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"^weights\.visual: must be finite and 0 or more$"):
        fuse({"visual": weight}, {"visual": ["a"]})
