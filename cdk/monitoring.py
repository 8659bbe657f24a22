"""Monitoring: the topic that people subscribe to, the alarms that write to it, and one dashboard."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.pipeline import Pipeline
from cdk.route import Route
from cdk.storage import Storage

_TRIAL = ("CandidateFallbacks", "CandidateInvalidAnswers", "ShadowAgreements", "ShadowEdgeAgreements")
_FIVE_MINUTES = Duration.minutes(5)
FALLBACK_SHARE = 0.1  # of the requests: above it the distilled student is as good as down
SHADOW_USD_PER_HOUR = 1.0  # what all processes may spend on asking a shadow
INVALID_SHARE = 0.02  # of the requests; a student is promoted with at most 0.005 (gate.yaml)


class Notices(Construct):
    """The topic of verdicts and alarms. Encrypted with our key; TLS only."""

    def __init__(self, scope: Construct, construct_id: str, *, storage: Storage) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", display_name="Intent router", master_key=storage.key, enforce_ssl=True)
        # A policy of one's own replaces the default one, and with it the alarms' permission.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )


class Monitoring(Construct):
    """Alarms for what somebody should get up for, and a dashboard for the rest."""

    def __init__(
        self, scope: Construct, construct_id: str, *, topic: sns.Topic, pipeline: Pipeline, route: Route
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        machine = pipeline.state_machine
        lost = {
            "Failed": machine.metric_failed(),
            "TimedOut": machine.metric_timed_out(),
            "Aborted": machine.metric_aborted(),
        }
        errors, requests = route.api.metric_server_error(), route.api.metric_count()
        # Every request counts as 0 or 1 in each of them: the average is the share.
        fallbacks, invalid = (_own(name, statistic="Average") for name in ("Fallbacks", "InvalidAnswers"))
        others = [_own(name, statistic="Average") for name in ("CacheAnswers", "EdgeAnswers", "DistilledAnswers")]
        for how, metric in lost.items():
            self._alarm(f"Run{how}", metric, 1, "A run ended without a verdict; its execution says where and why")
        self._alarm("RouteErrors", errors.with_(statistic="Sum", period=_FIVE_MINUTES), 5, "POST /route answers 5xx")
        self._alarm("RouteFallbacks", fallbacks, FALLBACK_SHARE, "The distilled student does not answer; the edge does")
        self._alarm("RouteInvalidAnswers", invalid, INVALID_SHARE, "The distilled student breaks the answer's contract")
        self._alarm("PointerUnreadable", _own("ActiveVersionUnreadable"), 1, "The active version cannot be read")
        self.candidate_alarms = [
            self._alarm(
                "CandidateFallbacks",
                _own("CandidateFallbacks", statistic="Average"),
                FALLBACK_SHARE,
                "The version on trial does not answer; the active one does. It is stopped",
                of_three=2,
            ),
            self._alarm(
                "ShadowCost",
                _own("ShadowCost").with_(period=Duration.hours(1)),
                SHADOW_USD_PER_HOUR,
                "Asking the version on trial costs too much. It is stopped",
            ),
        ]
        latency = [route.api.metric_latency(statistic=statistic) for statistic in ("p50", "p99")]
        tokens = [_own("InputTokens"), _own("OutputTokens")]
        dashboard = cloudwatch.Dashboard(self, "Dashboard")
        dashboard.add_widgets(
            _graph("Requests and errors", requests, errors),
            _graph("Latency (ms)", *latency),
            _graph("Who answers (share)", *others, fallbacks, invalid),
        )
        dashboard.add_widgets(
            _graph("Tokens", *tokens),
            _graph("Cost of the distilled students (USD)", _own("CostUsd"), _own("ShadowCost")),
            _graph("Runs", machine.metric_started(), machine.metric_succeeded(), *lost.values()),
            _graph("On trial (share)", *(_own(name, statistic="Average") for name in _TRIAL)),
        )

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str, *, of_three: int = 0
    ) -> cloudwatch.Alarm:
        """`of_three`: of the last three periods, so many must be bad (default: the last one)."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=3 if of_three else 1,
            datapoints_to_alarm=of_three or None,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{description}. What to do: docs/runbook.md#{name.lower()}",
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        return alarm


def _own(name: str, statistic: str = "Sum") -> cloudwatch.Metric:
    """A metric that the route function writes (lambdas/route/measure.py)."""
    return cloudwatch.Metric(
        namespace="IntentRouter",
        metric_name=name,
        dimensions_map={"service": "route"},
        statistic=statistic,
        period=_FIVE_MINUTES,
    )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
