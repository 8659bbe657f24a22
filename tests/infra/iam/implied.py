"""What is asked for on behalf of a role without a call in our code: by Lambda's runtime, and by Step Functions."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.infra.iam import policies
from tests.infra.iam.evaluator import Request
from tests.infra.template import Template, text

# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html: the log group is the stack's own
_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
# Dead letters: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html: "these have no resource level permissions"
_DELIVERY = (
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
)
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
_SAMPLING = ("xray:GetSamplingRules", "xray:GetSamplingTargets")


def of_function(template: Template, handler: str) -> frozenset[Request]:
    """Traces anywhere (X-Ray has no resources), lines in the function's own log group, and its dead letters."""
    properties = template.functions[handler]
    group = policies.name(properties["LoggingConfig"]["LogGroup"]["Ref"])
    stream = f"arn:aws:logs:us-east-1:ACCOUNT:log-group:{group}:log-stream:{{stream}}"
    own = {*(Request(action, "*") for action in _TRACES), *(Request(action, stream) for action in _LOGS)}
    if letters := properties.get("DeadLetterConfig"):
        own.add(Request("sns:Publish", policies.resolved(template, text(letters["TargetArn"]))))
    return frozenset(own)


def of_machine(template: Template, definition: Mapping[str, Any]) -> frozenset[Request]:
    """Invoking the functions that its tasks name, delivering its log, and traces."""
    return frozenset(_machine(template, definition))


def _machine(template: Template, definition: Mapping[str, Any]) -> Iterator[Request]:
    known = template.only("AWS::StepFunctions::StateMachine")["DefinitionSubstitutions"]
    for function in tasks(definition):
        yield Request("lambda:InvokeFunction", policies.resolved(template, text(known[function])))
    for action in (*_DELIVERY, *_TRACES, *_SAMPLING):
        yield Request(action, "*")


def tasks(definition: Mapping[str, Any]) -> set[str]:
    """Placeholders of the functions that tasks name. AssertionError for a task that does something else."""
    found: set[str] = set()
    for state in definition["States"].values():
        if state["Type"] == "Map":
            found |= tasks(state["ItemProcessor"])
        if state["Type"] == "Task":
            assert state["Resource"] == "arn:aws:states:::lambda:invoke"
            found.add(state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("}"))
    return found
