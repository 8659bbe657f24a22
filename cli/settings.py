"""The settings in cdk.json, as the CDK app reads them, for commands that need no AWS."""

import json
import platform
import sys
from pathlib import Path

import yaml
from pydantic import ValidationError

from cdk.checks import SettingsError
from cdk.context import load
from cdk.settings import Settings
from cli.problems import Refused
from intent import taxonomy

ROOT = Path(__file__).parents[1]


def of_stage(stage: str) -> Settings:
    """The settings of a stage. Raises Refused, naming the key."""
    context = {**json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"], "stage": stage}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        return load(context, host_python=python, host_machine=platform.machine())
    except SettingsError as error:
        raise Refused(str(error)) from None


def choose_taxonomy(file: Path) -> None:
    """Use this taxonomy in this process. Raises Refused, naming file and field, if it is none."""
    taxonomy.choose(file)
    try:
        taxonomy.load()
    except (OSError, yaml.YAMLError) as error:
        raise Refused(f"taxonomy: cannot read {file}: {error}") from None
    except ValidationError as error:
        broken = "; ".join(f"{'.'.join(map(str, rule['loc']))}: {rule['msg']}" for rule in error.errors())
        raise Refused(f"taxonomy {file}: {broken}") from None
