"""The proof would notice: a grant less, a resource or an action wider, a condition less, another account."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.infra.iam.evaluator import Request, Rule, allowed
from tests.infra.iam.roles import DECLARED, Role


def grants(role: Role) -> Iterator[tuple[Rule, tuple[Rule, ...]]]:
    """Each action on each resource by itself, and the role's other rules and what is left of this one."""
    for number, rule in enumerate(role.rules):
        others = (*role.rules[:number], *role.rules[number + 1 :])
        singles = [
            replace(rule, actions=(action,), resources=(arn,)) for action in rule.actions for arn in rule.resources
        ]
        for single in singles:
            yield single, (*others, *(other for other in singles if other != single))


def test_a_grant_that_is_gone_is_missed(dev_roles: list[Role]) -> None:
    unnoticed = [
        (role.name, grant)
        for role in dev_roles
        for grant, others in grants(role)
        if not role.missing(*others) and (grant.actions[0], grant.resources[0]) not in DECLARED
    ]
    assert unnoticed == []


@pytest.mark.parametrize("wider", ["*", "arn:aws:{}:*", "arn:aws:{}:*:*:*"])
def test_a_wider_resource_is_too_much(dev_roles: list[Role], wider: str) -> None:
    unnoticed = [
        (role.name, grant)
        for role in dev_roles
        for grant, others in grants(role)
        if grant.resources != ("*",)
        and not role.excess(*others, replace(grant, resources=(wider.format(grant.resources[0].split(":")[2]),)))
    ]
    assert unnoticed == []


def test_a_wildcard_one_level_up_is_too_much(dev_roles: list[Role]) -> None:
    """`a/b/c` as `a/b/*`, and `a/b/*` as `a/*`."""
    unnoticed = [
        (role.name, grant.actions, wider)
        for role in dev_roles
        for grant, others in grants(role)
        if "/" in (arn := grant.resources[0])
        and (wider := f"{arn.removesuffix('/*').rpartition('/')[0]}/*") != arn
        and not role.excess(*others, replace(grant, resources=(wider,)))
    ]
    assert unnoticed == []


@pytest.mark.parametrize("wider", ["{}:*", "*"])
def test_a_wider_action_is_too_much(dev_roles: list[Role], wider: str) -> None:
    unnoticed = [
        (role.name, grant)
        for role in dev_roles
        for grant, others in grants(role)
        if not role.excess(*others, replace(grant, actions=(wider.format(grant.actions[0].split(":")[0]),)))
    ]
    assert unnoticed == []


def test_one_more_action_is_too_much(dev_roles: list[Role]) -> None:
    for role in dev_roles:
        more = Rule("Allow", ("s3:DeleteObject",), ("arn:aws:s3:::{StorageData}/runs/*",))
        assert role.excess(*role.rules, more)


def test_a_condition_that_is_gone_is_too_much(dev_roles: list[Role]) -> None:
    conditional = [
        (role, number) for role in dev_roles for number, rule in enumerate(role.rules) for _ in rule.conditions
    ]
    assert len(conditional) > 20
    for role, number in conditional:
        rule = role.rules[number]
        for dropped in rule.conditions:
            bare = replace(rule, conditions=tuple(other for other in rule.conditions if other != dropped))
            assert role.excess(*role.rules[:number], bare, *role.rules[number + 1 :]), (role.name, rule)


def test_another_account_is_missed(dev_roles: list[Role]) -> None:
    for role in dev_roles:
        for number, rule in enumerate(role.rules):
            if any("ACCOUNT" in arn for arn in rule.resources):
                moved = replace(rule, resources=tuple(arn.replace("ACCOUNT", "999999999999") for arn in rule.resources))
                assert role.missing(*role.rules[:number], moved, *role.rules[number + 1 :]), (role.name, rule)


def test_a_denial_wins_over_every_grant(dev_roles: list[Role]) -> None:
    for role in dev_roles:
        assert role.missing(*role.rules, Rule("Deny", ("*",), ("*",))) == role.wanted


def test_without_tls_the_data_is_out_of_reach(dev_roles: list[Role]) -> None:
    for role in dev_roles:
        data = [request for request in role.wanted if request.action.startswith("s3:")]
        plain = (("aws:SecureTransport", "false"),)
        assert not [one for one in data if allowed((*role.rules, *role.guards), replace(one, context=plain))]


def test_an_operator_that_the_evaluator_does_not_know_is_an_error() -> None:
    strange = Rule("Allow", ("s3:GetObject",), ("*",), (("DateLessThan", "aws:CurrentTime", ("2030-01-01",)),))
    with pytest.raises(ValueError, match="DateLessThan"):
        allowed([strange], Request("s3:GetObject", "arn:aws:s3:::b/k"))
