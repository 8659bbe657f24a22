"""`python -m tests.infra.iam.record`: deploy into an embedded AWS, take every road, keep the calls (5 to 9 minutes).

Run it when the end-to-end tests find a call that is not in `calls.json`.
"""

import json
import tempfile
from pathlib import Path

from rich.console import Console

from cli import bringup
from local import demo
from tests.infra.iam import calls, raw
from tests.infra.iam.walk import Walk

GATE = "tests/infra/iam/gate.yaml"
_UNITS = {"SERVING": json.dumps({"kind": "provisioned", "units": 1, "commitment": "none"})}
_BUYERS = {f"deploy.handler.{name}": _UNITS for name in ("create", "delete", "retire")}


def main() -> None:
    """Record, on demand and then with provisioned throughput, and write both."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="calls-") as temporary, demo.cloud(console) as target:
        bringup.deploy(console, target, gate=GATE)
        on_demand, provisioned = Path(temporary) / "on_demand", Path(temporary) / "provisioned"
        walk = Walk(target)
        raw.install(target, on_demand)
        walk.on_demand()
        raw.install(target, provisioned, _BUYERS)
        walk.provisioned()
        known = raw.names(target)
        calls.dump({folder.name: set(raw.read(folder, known)) for folder in (on_demand, provisioned)})
    console.print(f"Written: {calls.FILE}")


if __name__ == "__main__":
    main()
