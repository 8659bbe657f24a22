"""The embedded Amazon Bedrock: control plane and runtime behind MiniStack's front door, with small models that work."""

from typing import Any

__all__ = ["install"]


def install(ms_app: Any) -> None:  # noqa: ANN401  (the module ministack.app, which has no types)
    """Answer for Bedrock in this MiniStack: the two entries of SERVICE_HANDLERS, nothing else."""
    # Imported here: a client that only injects faults needs none of it.
    from local.bedrock.embedded import embedded  # noqa: PLC0415
    from local.bedrock.service import CONTROL, RUNTIME  # noqa: PLC0415

    bedrock = embedded()
    for service in (CONTROL, RUNTIME):
        ms_app.SERVICE_HANDLERS[service] = bedrock.handler(service)
