"""The CDK command line: synthesise once, then bootstrap and deploy what was synthesised."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.problems import ToolFailed
from cli.target import ROOT, Target

_TAIL = 25  # lines of a failed tool's output that are worth showing
_QUIET = ("--no-notices",)
_CDK = ROOT / "node_modules" / ".bin" / "cdk"
_OF_THE_SHELL = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass(frozen=True)
class Cdk:
    """`cdk` for one target. `assembly` is the folder of the synthesised app, one per stage."""

    target: Target
    assembly: Path

    @classmethod
    def of(cls, target: Target) -> "Cdk":
        """`cdk.out/<stage>` for an account; each embedded AWS keeps its own, so that two may be up at once."""
        if target.embedded:
            return cls(target=target, assembly=target.embedded.workdir / "cdk.out" / target.stage)
        return cls(target=target, assembly=ROOT / "cdk.out" / target.stage)

    def synth(self, **context: str) -> str:
        """Write the templates and assets. For an account, the first time, pip fills the cache of dependency layers.

        `context`: keys of cdk.json's context, to be other than there.
        """
        chosen = {"stage": self.target.stage, **context}
        if self.target.embedded:  # its models know one taxonomy
            chosen["taxonomy"] = str(self.target.embedded.taxonomy)
        given = [part for key, value in chosen.items() for part in ("-c", f"{key}={value}")]
        return self._run("synth", "--quiet", "--output", str(self.assembly), *given)

    def bootstrap(self) -> str:
        """Prepare an account and Region for CDK, once; again is harmless."""
        return self._run("bootstrap", "--app", str(self.assembly))

    def deploy(self, *, ask: bool = False) -> str:
        """Create or update the stack. `ask` lets CDK ask before it widens permissions, on this terminal."""
        approval = "broadening" if ask else "never"
        return self._run("deploy", "--all", "--app", str(self.assembly), "--require-approval", approval, show=ask)

    def destroy(self, *, ask: bool = True) -> str:
        """Delete the stack. `ask`: CDK asks first, on this terminal; what the stage retains (data, key, logs) stays."""
        force = () if ask else ("--force",)
        return self._run("destroy", "--all", "--app", str(self.assembly), *force, show=ask)

    def _run(self, verb: str, *arguments: str, show: bool = False) -> str:
        if (
            not _CDK.exists()
        ):  # never `npx` without it: that would fetch the registry's latest, which refuses our library
            raise ToolFailed("The CDK command line is not installed. Install Node.js 20 or newer, then: make setup")
        command = [str(_CDK), verb, *arguments, *_QUIET]
        stream = None if show else subprocess.PIPE
        done = subprocess.run(  # noqa: S603  (our own arguments, no shell)
            command, cwd=ROOT, env=self._environment(), stdout=stream, stderr=subprocess.STDOUT, text=True, check=False
        )
        output = done.stdout or ""
        if done.returncode:
            raise ToolFailed(f"cdk {verb} failed (exit code {done.returncode}).\n{_end(output)}".rstrip())
        return output

    def _environment(self) -> dict[str, str]:
        # Node 20 is past its end of life and still works; the variable's value is the major version to be quiet about.
        environment = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", **os.environ}
        if self.target.embedded:
            for name in _OF_THE_SHELL:
                environment.pop(name, None)
            environment |= {**self.target.embedded.environment(), "CI": "true", "CDK_DISABLE_CLI_TELEMETRY": "true"}
        # app.py runs with this interpreter, whichever is first on the caller's path.
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
        return environment


def _end(output: str) -> str:
    """The part of a failed tool's output that tells why: its summary if it has one, else the last lines."""
    lines = output.splitlines()
    summaries = (number for number, line in enumerate(lines) if line.startswith("Failed resources:"))
    return "\n".join(lines[next(summaries, -_TAIL) :])
