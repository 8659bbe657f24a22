"""What can go wrong for the person at the command line. Each message says what to do next.

Problem
├── NoCloud      neither an embedded AWS nor AWS credentials
├── NoStack      the app is not deployed there
├── NoToken      the route asks for a token, and none was given
├── ToolFailed   cdk ended with an error
├── Refused      the run was not started, or ended before it began
└── NoAnswer     the route or a report could not be read
"""

from botocore.exceptions import BotoCoreError, ClientError


class Problem(Exception):
    """Shown as one red line, without a traceback; the command exits with 1."""


class NoCloud(Problem):
    """Neither an embedded AWS is up nor are there AWS credentials."""


class NoStack(Problem):
    """The app is not deployed in the AWS that was chosen."""


class NoToken(Problem):
    """The route's authorizer wants a token, which the command line does not have."""


class ToolFailed(Problem):
    """`cdk` failed; the message ends with the last lines that it printed."""


class Refused(Problem):
    """A run was refused, for example because another one holds the lease."""


class NoAnswer(Problem):
    """Something that was asked for is not there (yet)."""


def explain(error: BotoCoreError | ClientError) -> str:
    """One line about an AWS error: its code and message where the service gave them."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return f"AWS answered {details.get('Code', 'an error')}: {details.get('Message', error)}"
    return f"AWS could not be reached: {error}"
