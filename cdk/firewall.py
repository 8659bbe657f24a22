"""The web ACL before the route: none, one's own, or AWS's managed rules and a limit per address."""

from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from cdk.callers import Callers

# A query is free text, and a batch is longer than 8 kB: what looks like an attack on a page or a database is counted,
# not refused, as it is never shown, run or put into a query language here.
_COUNTED = (
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "EC2MetaDataSSRF_BODY",
)
_MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    "AWSManagedRulesCommonRuleSet": _COUNTED,
}
_Rule = waf.CfnWebACL.RuleProperty
_Seen = waf.CfnWebACL.VisibilityConfigProperty


def protect(scope: Construct, *, stage: apigw.Stage, callers: Callers) -> None:
    """Attach the web ACL that the setting names."""
    if callers.web_acl == "none":
        return
    arn = _managed(scope, callers.web_acl_rate) if callers.web_acl == "managed" else callers.web_acl
    waf.CfnWebACLAssociation(scope, "WebAclAssociation", resource_arn=stage.stage_arn, web_acl_arn=arn)


def _managed(scope: Construct, rate: int) -> str:
    limited = waf.CfnWebACL.RateBasedStatementProperty(limit=rate, aggregate_key_type="IP")
    rules = [
        _Rule(
            name="TooManyFromOneAddress",
            priority=0,
            statement=waf.CfnWebACL.StatementProperty(rate_based_statement=limited),
            action=waf.CfnWebACL.RuleActionProperty(block={}),
            visibility_config=_seen("TooManyFromOneAddress"),
        ),
        *(_group(place, name, counted) for place, (name, counted) in enumerate(_MANAGED.items(), start=1)),
    ]
    acl = waf.CfnWebACL(
        scope,
        "WebAcl",
        scope="REGIONAL",
        default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
        rules=rules,
        visibility_config=_seen("Route"),
    )
    return acl.attr_arn


def _group(place: int, name: str, counted: tuple[str, ...]) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count={})
    overrides = [waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted]
    managed = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=overrides or None
    )
    return _Rule(
        name=name,
        priority=place,
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=managed),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_seen(name),
    )


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Counted in CloudWatch; requests are not sampled, since a sample would keep their text."""
    return _Seen(cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False)
