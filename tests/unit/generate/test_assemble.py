"""From batches to a data set, with every line accounted for."""

import json
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generate import assemble as assembly
from generate.assemble import distinct, files, manifest, split, top_up
from generate.write import Receipt
from intent import prompts
from intent.records import Example, plain
from tests.unit.samples import DOMAIN, MODALITIES, example, leaning, plan


def examples(count: int) -> list[Example]:
    return [
        Example(
            id=f"{number:05d}", query=f"q{number} x{number} y{number}", weights=leaning(MODALITIES[number % 4]), cell={}
        )
        for number in range(count)
    ]


def receipt(**changed: int) -> Receipt:
    whole = dict.fromkeys(Receipt.model_fields, 0)
    return Receipt.model_validate({**whole, **changed})


def test_given_exact_and_near_repeats_then_the_first_of_each_stays() -> None:
    long = "the coach shouts time out over the noise of the crowd in the last minute of the final game"
    queries = [long, "Red car", "red  car.", long.replace("game", "match"), "blue boat"]
    found = distinct(example(number, query) for number, query in enumerate(queries))
    assert [kept.query for kept in found.examples] == [long, "Red car", "blue boat"]
    assert (found.duplicates, found.near_duplicates) == (1, 1)


@given(st.integers(0, 400), st.integers(140, 400), st.integers(0, 99))
def test_given_any_number_of_examples_then_the_parts_are_disjoint_and_complete(
    there: int, wanted: int, seed: int
) -> None:
    made, given_examples = plan(examples=wanted, holdout=20, seed=seed), examples(there)
    parts = split(given_examples, made).parts()
    ids = [part.id for group in parts.values() for part in group]
    assert len(set(ids)) == len(ids) == there
    assert len(parts["holdout"]) <= made.run.holdout
    assert len(parts["validation"]) <= made.run.validation
    if there >= wanted:
        assert (len(parts["holdout"]), len(parts["validation"])) == (made.run.holdout, made.run.validation)
    assert split(list(reversed(given_examples)), made).parts() == parts, "the order of arrival does not matter"


def test_given_another_seed_then_the_split_differs() -> None:
    parts = [split(examples(140), plan(seed=seed)).holdout for seed in (1, 2)]
    assert parts[0] != parts[1]


def test_given_a_labelled_run_then_every_line_teaches_the_teachers_answer() -> None:
    made = plan()
    found = files(split(examples(140), made), made, DOMAIN)
    for line in (json.loads(line) for lines in found.values() for line in lines):
        assert line["system"] == [{"text": prompts.student(DOMAIN)}]
        assert [turn["role"] for turn in line["messages"]] == ["user", "assistant"]


def test_given_a_run_of_prompts_then_the_training_file_leaves_the_answers_out() -> None:
    made = plan(mode="prompts")
    found = files(split(examples(140), made), made, DOMAIN)
    roles = {name: {len(json.loads(line)["messages"]) for line in lines} for name, lines in found.items()}
    assert roles == {"train": {1}, "validation": {2}, "holdout": {2}}


def test_given_lines_then_the_digest_is_that_of_their_file() -> None:
    assert assembly.digest(["a", "ß"]) == sha256("a\nß\n".encode()).hexdigest()


_QUERY = st.sampled_from([f"{a} {b}" for a in "abcdefgh" for b in "stuvwxyz"])
_BATCH = st.tuples(st.lists(_QUERY, max_size=10), st.integers(0, 5), st.integers(0, 5), st.booleans())


@given(st.lists(_BATCH, min_size=6, max_size=6))
def test_given_any_batches_then_the_manifest_adds_up(batches: list[tuple[list[str], int, int, bool]]) -> None:
    made = plan(batch_size=25)
    receipts: list[Receipt] = []
    written: list[Example] = []
    for planned, (queries, invalid, surplus, done) in zip(made.batches, batches, strict=True):
        if done:
            kept = queries[: planned.count - invalid]
            lost = planned.count - len(kept) - invalid
            whole = {"batch": planned.number, "asked": planned.count, "kept": len(kept), "input_tokens": 10}
            receipts.append(receipt(**whole, invalid=invalid, lost=lost, surplus=surplus, output_tokens=7))
            written += [example(len(written) + index, query) for index, query in enumerate(kept)]
    found = distinct(written)
    parts = split(found.examples, made)
    account = manifest(made, found, parts, receipts, files(parts, made, DOMAIN))
    outcomes = [account[name] for name in ("kept", "duplicates", "near_duplicates", "invalid", "lost")]
    assert account["asked"] == 140 == sum(outcomes)
    assert min(outcomes) >= 0
    assert account["kept"] == len({plain(line.query) for line in written}) - account["near_duplicates"]
    assert account["kept"] == account["train"] + account["validation"] + account["holdout"]
    assert account["kept"] == sum(account["per_modality"].values())
    assert account["batches"] == {"asked": 6, "written": len(receipts)}
    assert (account["input_tokens"], account["output_tokens"]) == (10 * len(receipts), 7 * len(receipts))
    assert account["surplus"] == sum(given.surplus for given in receipts)
    json.dumps(account, allow_nan=False)


def test_given_a_data_set_then_its_manifest_tells_balance_lineage_and_hashes() -> None:
    made = plan()
    found = distinct(examples(140))
    parts = split(found.examples, made)
    lines = files(parts, made, DOMAIN)
    account: dict[str, Any] = manifest(made, found, parts, [], lines)
    assert account["per_modality"] == dict.fromkeys(sorted(MODALITIES), 35)
    assert account["mean_weights"] == dict.fromkeys(MODALITIES, 0.25)
    assert (account["seed"], account["teacher"]) == (made.run.seed, made.run.teacher)
    assert account["prompt_version"] == prompts.version(DOMAIN)
    assert account["sha256"] == {name: assembly.digest(part) for name, part in lines.items()}


def test_given_a_shortfall_then_more_batches_ask_for_exactly_what_is_missing() -> None:
    made = plan()
    more = top_up(made, DOMAIN, missing=33)
    assert [batch.number for batch in more] == [7, 8]
    assert sum(batch.count for batch in more) == 33
    assert not {batch.seed for batch in more} & {batch.seed for batch in made.batches}
