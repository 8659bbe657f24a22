"""The embedded models with another taxonomy than the project's: `docs/taxonomies/document-search.yaml`."""

from pathlib import Path
from random import Random

import pytest
import yaml

from intent.taxonomy import Taxonomy
from intent.weights import check, leading
from local.bedrock.models.base import base, baseline
from local.bedrock.models.grammar import Grammar
from local.bedrock.models.material import read
from local.bedrock.models.teacher import Teacher
from tests.unit.models.samples import TAXONOMY, write

DOCUMENTS = Taxonomy.model_validate(yaml.safe_load(Path("docs/taxonomies/document-search.yaml").read_text("utf-8")))
ASKED = (
    ("what the board decided about remote work and why", "text"),
    ("meaning of act of God in insurance contracts", "text"),
    ("why the jury did not believe the driver", "text"),
    ("passage on the duties of a trustee", "text"),
    ("sales per country, 2015 to 2018", "tables"),
    ("average waiting time by clinic", "tables"),
    ("dimensions of screws in millimetres", "tables"),
    ("how many dogs are registered in each borough", "tables"),
    ("circuit diagram of the amplifier", "figures"),
    ("photo of the flooded basement", "figures"),
    ("map of cycle lanes", "figures"),
    ("graph with the drop in spring", "figures"),
    ("papers by Ingeborg Falk 2003", "metadata"),
    ("Code of Civil Procedure, 7th edition", "metadata"),
    ("pdf files from the planning office", "metadata"),
    ("who published the yearbook", "metadata"),
)


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    return Teacher(DOCUMENTS)


def test_given_queries_that_are_no_examples_then_the_teacher_leads_as_people_would(teacher: Teacher) -> None:
    weighed = teacher.weigh([query for query, _ in ASKED])
    assert all(isinstance(check(weights, DOCUMENTS.modalities), dict) for weights in weighed)
    right = sum(leading(weights) == label for weights, (_, label) in zip(weighed, ASKED, strict=True))
    assert right >= 14
    assert not {query.lower() for query, _ in ASKED} & _written()


def test_given_cells_then_the_lines_follow_them(teacher: Teacher) -> None:
    for modality in DOCUMENTS.modalities:
        lines = write(teacher, seed=4, count=10, leading=modality, domain="law", style="sentence", length="medium")
        leaders = [max(DOCUMENTS.modalities, key=line.__getitem__) for line in lines]
        assert leaders.count(modality) >= 9


@pytest.mark.parametrize("taxonomy", [TAXONOMY, DOCUMENTS], ids=lambda taxonomy: taxonomy.name)
def test_given_a_taxonomy_then_every_domain_style_and_pair_has_its_own_material(taxonomy: Taxonomy) -> None:
    words, rules = read(taxonomy.name, "words.json"), read(taxonomy.name, "templates.json")
    assert {name.partition("@")[2] for name in words if "@" in name} == set(taxonomy.domains)
    assert all(set(rules[modality]) == set(taxonomy.styles) for modality in taxonomy.modalities)
    pairs = {frozenset(pair.split("+")) for pair in rules["mixed"]}
    assert len(pairs) == len(taxonomy.modalities) * (len(taxonomy.modalities) - 1) // 2


@pytest.mark.parametrize("taxonomy", [TAXONOMY, DOCUMENTS], ids=lambda taxonomy: taxonomy.name)
def test_given_every_template_then_its_slots_can_be_filled(taxonomy: Taxonomy) -> None:
    rules, grammar = read(taxonomy.name, "templates.json"), Grammar(taxonomy)
    kinds = [styles for modality in taxonomy.modalities for styles in rules[modality].values()]
    kinds += [*rules["mixed"].values(), *rules["tails"].values(), *rules["phrases"].values()]
    random, domain = Random(3), next(iter(taxonomy.domains))  # noqa: S311  (no secret)
    filled = [grammar.fill(template, domain, random) for templates in kinds for template in templates]
    assert not any("{" in query or "~" in query for query in filled)


def test_given_the_base_student_and_the_baseline_then_they_know_its_modalities() -> None:
    for model in (base(DOCUMENTS), baseline(DOCUMENTS)):
        assert [list(weights) for weights in model.weigh(["a map"])] == [list(DOCUMENTS.modalities)]


def _written() -> set[str]:
    groups = read(DOCUMENTS.name, "examples.json")
    return {query.lower() for listed in groups.values() for group in listed for query in group["queries"]}
