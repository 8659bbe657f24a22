"""`python -m tests.infra.waivers`: writes the snapshot of accepted findings anew, after a change that is meant."""

import json
import tempfile
from pathlib import Path

import app
from tests.infra.conftest import context
from tests.infra.template import Template


def main() -> None:
    """Synthesise for an account, and keep what is waived."""
    with tempfile.TemporaryDirectory() as directory:
        app.build(outdir=directory, context=context(stage="dev", bundle="false")).synth()
        found = Template(Path(directory), "dev").waivers
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({"account": found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
