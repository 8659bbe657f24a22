"""All that is known about each role that makes calls of its own: what it may do, and what it is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.infra.iam import implied, models, policies, proof
from tests.infra.iam.calls import Call
from tests.infra.iam.evaluator import Request, Rule
from tests.infra.template import Template

MACHINE = "PipelineStateMachineRole"

# What stays although no call shows that it is needed: (action, resource) to the reason.
DECLARED: Mapping[tuple[str, str], str] = {
    ("bedrock:CreateModelCustomizationJob", f"arn:aws:bedrock:us-east-1::foundation-model/{model}"): (
        "the service authorization reference does not say whether the ARN of a model that can be customised keeps its "
        "`:128k`, so that both spellings are granted"
    )
    for model in ("amazon.nova-micro-v1:0", "amazon.nova-lite-v1:0")
}


@dataclass(frozen=True)
class Role:
    """One role of a template. `name`: the handler, or the role's name. `guards`: denials of buckets and topics."""

    name: str
    rules: tuple[Rule, ...]
    wanted: frozenset[Request]
    guards: tuple[Rule, ...]

    def missing(self, *rules: Rule) -> set[Request]:
        """What these rules, or else the role's own, do not let through."""
        return proof.missing((*(rules or self.rules), *self.guards), self.wanted)

    def excess(self, *rules: Rule) -> list[str]:
        """What of these rules, or else of the role's own, is too much and not declared."""
        return [text for text in proof.excess(rules or self.rules, self.wanted) if not _declared(text)]


def all_of(template: Template, recorded: frozenset[Call], definition: Mapping[str, Any]) -> Iterator[Role]:
    """The functions' roles and the state machine's. KeyError for a call that the table does not know."""
    world, guards = proof.World(template.stage, models.allowed()), policies.guards(template)
    for handler in template.functions:
        own = frozenset(call for call in recorded if call.handler == handler)
        wanted = proof.requests(own, world) | implied.of_function(template, handler)
        yield Role(handler, policies.rules(template, template.role_of(handler)), wanted, guards)
    rules = policies.rules(template, policies.roles(template)[MACHINE])
    yield Role(MACHINE, rules, implied.of_machine(template, definition), guards)


def _declared(text: str) -> bool:
    return any(text == f"unneeded: {action} on {resource}" for action, resource in DECLARED)
