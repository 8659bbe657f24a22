"""cfn-guard over a template, with the rules of `rules.guard`."""

import json
import platform
import subprocess
import sys
import tarfile
from functools import cache
from importlib.resources import files
from pathlib import Path

from tests.infra.conftest import ROOT

RULES = Path(__file__).parent / "rules.guard"
_SYSTEMS = {"linux": "ubuntu", "darwin": "macos"}
_MACHINES = {"arm64": "aarch64", "aarch64": "aarch64", "x86_64": "x86_64"}


def broken(templates: Path, rules: Path = RULES) -> dict[str, set[str]]:
    """Names of the rules that are broken, by the name of the template's file; a rule that does not apply is broken too.

    `templates`: a file, or a folder of nothing else.
    """
    done = subprocess.run(
        [_binary(), "validate", "-d", templates, "-r", rules, "-o", "json", "--structured", "--show-summary", "none"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 19):  # 19: at least one rule is broken
        raise RuntimeError(done.stderr or done.stdout)
    return {
        Path(report["name"]).name: {found["Rule"]["name"] for found in report["not_compliant"]}
        | set(report["not_applicable"])
        for report in json.loads(done.stdout)
    }


def names(rules: Path = RULES) -> set[str]:
    """Rules that a file holds."""
    return {line.split()[1] for line in rules.read_text().splitlines() if line.startswith("rule ")}


@cache
def _binary() -> Path:
    """The program for this machine, out of the package that AWS ships it in; kept under build/."""
    (package,) = [path for path in files("cdklabs.cdk_validator_cfnguard._jsii").iterdir() if path.name.endswith("tgz")]
    member = f"package/bin/{_SYSTEMS[sys.platform]}/{_MACHINES[platform.machine()]}/cfn-guard"
    target = ROOT / "build" / package.name.removesuffix(".jsii.tgz") / "cfn-guard"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(str(package)) as bundle:
            found = bundle.extractfile(member)
            assert found is not None
            program = target.with_suffix(".new")
            program.write_bytes(found.read())
        program.chmod(0o755)
        program.rename(target)
    return target
