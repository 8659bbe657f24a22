"""Cue words: the data file and how it is searched."""

import json
from pathlib import Path

import pytest

import edge
from edge.cues import forms, lexicon
from edge.features import cue_tokens, tokens
from intent.taxonomy import load


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("bark~", ["bark", "barks", "barked", "barking"]),
        ("giggle~", ["giggle", "giggles", "giggled", "giggling"]),
        ("sob~~", ["sob", "sobs", "sobbed", "sobbing"]),
        ("hiss~", ["hiss", "hisses", "hissed", "hissing"]),
        ("push~", ["push", "pushes", "pushed", "pushing"]),
        ("teach~", ["teach", "teaches", "teached", "teaching"]),
        ("mix~", ["mix", "mixes", "mixed", "mixing"]),
        ("buzz~", ["buzz", "buzzes", "buzzed", "buzzing"]),
        ("enjoy~", ["enjoy", "enjoys", "enjoyed", "enjoying"]),
        ("sob~~ out", ["sob out", "sobs out", "sobbed out", "sobbing out"]),
        ("cry~ out", ["cry out", "cries out", "cried out", "crying out"]),
        ("tv show", ["tv show"]),
    ],
)
def test_given_a_term_then_its_regular_forms_follow(term: str, expected: list[str]) -> None:
    assert forms(term) == expected


def _named(query: str) -> list[str]:
    table = lexicon()
    return [table.groups[group].name for group, _, _ in table.find(cue_tokens(tokens(query)))]


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("BBC talk show", ["catalogue"]),
        ("a dog barks", ["creatures_and_people_heard"]),
        ("comedy of 1994", ["genre", "year"]),
        ('who said "the sea is cold"', ["quote", "quote"]),
        ("The Wolf and the Sea", ["title_case"]),
        ("qwertz", []),
    ],
)
def test_given_a_query_then_the_longest_cues_are_found_once(query: str, groups: list[str]) -> None:
    assert _named(query) == groups


def test_given_the_data_file_then_each_group_has_a_known_modality_a_reason_and_terms() -> None:
    path = Path(edge.__path__[0]) / "cues.json"
    for name, group in json.loads(path.read_text("utf-8")).items():
        assert group["modality"] in load().modalities, name
        assert 0 < group["weight"] <= 5, name
        assert group["why"], name
        assert group["terms"], name


def test_given_terms_that_begin_alike_then_the_longest_is_tried_first() -> None:
    for first, claims in lexicon().terms.items():
        lengths = [len(rest) for rest, _ in claims]
        assert lengths == sorted(lengths, reverse=True), first


def test_given_a_cue_of_two_words_then_its_place_and_its_length_are_told() -> None:
    ((group, first, count),) = lexicon().find(["a", "talk", "show"])
    assert (lexicon().groups[group].name, first, count) == ("catalogue", 1, 2)
