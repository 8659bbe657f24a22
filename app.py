"""The CDK app: reads the context, builds the stack, checks it with cdk-nag, synthesises."""

import platform
import sys
from pathlib import Path
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from cdk.context import load
from cdk.stack import IntentRouter


def build(*, outdir: str | None = None, context: dict[str, Any] | None = None) -> App:
    """The whole app, not yet synthesised. The CDK CLI passes cdk.json's context by itself; tests pass it here."""
    app = App(outdir=outdir, context=context)
    chosen = load(
        app.node.get_all_context(),
        host_python=f"{sys.version_info.major}.{sys.version_info.minor}",
        host_machine=platform.machine(),
    )
    IntentRouter(app, f"intent-router-{chosen.stage}", settings=chosen, root=Path(__file__).parent)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True), ServerlessChecks(app, verbose=True))
    return app


if __name__ == "__main__":
    build().synth()
