"""The embedded AWS: stock MiniStack in a process of its own, with our Bedrock plugged in.

`python -m local.cloud --port 4700 --workdir build/cloud` runs it in the foreground; `start` runs that as a child. It
listens on loopback only, keeps nothing after its end, and hands no variable of its launcher on to the Lambda functions,
which MiniStack runs as its own subprocesses.
"""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.server import HOST, REGION, certificate, inherited, main

_ROOT = Path(__file__).parents[1]
_TAXONOMY = _ROOT / "taxonomy.yaml"
_STATE, _LOG = "cloud.json", "cloud.log"
# glibc reads these when a process starts. By itself it gives each thread an arena and raises the second bound as it
# goes, and then keeps what jobs and large arrays have left behind.
_LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}
TRUST = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
_START_SECONDS, _STOP_SECONDS, _POLL = 30.0, 4.0, 0.05


class CloudError(RuntimeError):
    """The embedded AWS did not start; the message holds the end of its log."""


@dataclass(frozen=True)
class Cloud:
    """An embedded AWS that is up. Its process leads a process group that holds all Lambda workers.

    `enforced`: it evaluates IAM policies, and speaks TLS with a certificate of its own.
    """

    pid: int
    port: int
    workdir: Path
    taxonomy: Path
    enforced: bool = False

    @property
    def endpoint(self) -> str:
        """Base URL of every service."""
        return f"{'https' if self.enforced else 'http'}://localhost:{self.port}"

    @property
    def certificate(self) -> Path | None:
        """What a client must trust; None without TLS."""
        return certificate(self.workdir) if self.enforced else None

    def environment(self) -> dict[str, str]:
        """Variables for boto3, the AWS CLI and the CDK, over an environment without other AWS_* variables."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            **dict.fromkeys(TRUST if self.certificate else (), str(self.certificate)),
        }

    def healthy(self) -> bool:
        """It answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            if self.certificate:  # made by the process itself: it may not be there yet, which is an OSError too
                trust = ssl.create_default_context(cafile=str(self.certificate))
                connection = http.client.HTTPSConnection(HOST, self.port, timeout=5, context=trust)
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it, gently if possible, and whatever Lambda workers are left of it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while not _gone(self.pid) and time.monotonic() < deadline:
            time.sleep(_POLL)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        while not _gone(self.pid):
            time.sleep(_POLL)
        (self.workdir / _STATE).unlink(missing_ok=True)


def start(port: int, workdir: Path, wait_scale: float, taxonomy: Path = _TAXONOMY, *, enforce: bool = False) -> Cloud:
    """Start it and wait until it answers. `wait_scale` multiplies the waits of state machines (0.02: 50 times faster).

    `taxonomy`: what its models know about; the app that is deployed into it must have the same. `enforce`: IAM policies
    are evaluated, by way of TLS (MiniStack then listens on port 443 of loopback too, if it can).

    If `port` is taken a free one is used instead. Log and state file are kept in `workdir`. Raises CloudError.
    """
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    port = _usable(port)
    options = {"--port": port, "--workdir": workdir, "--wait-scale": wait_scale, "--taxonomy": taxonomy}
    flags = ["--enforce"] if enforce else []
    command = [sys.executable, "-m", "local.cloud", *(f"{name}={value}" for name, value in options.items()), *flags]
    with (workdir / _LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            command,
            cwd=_ROOT,
            env={**inherited(), **_LEAN},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    cloud = Cloud(process.pid, port, workdir, taxonomy, enforce)
    deadline = time.monotonic() + _START_SECONDS
    while not cloud.healthy():
        if process.poll() is not None or time.monotonic() > deadline:
            cloud.stop()
            raise CloudError(f"the embedded AWS did not start: {(workdir / _LOG).read_text(errors='replace')[-2000:]}")
        time.sleep(_POLL)
    state = {"pid": process.pid, "port": port, "taxonomy": str(taxonomy), "enforced": enforce}
    (workdir / _STATE).write_text(json.dumps(state), "utf-8")
    process.returncode = 0  # from here on `stop` waits for it, perhaps in another process
    return cloud


def running(workdir: Path) -> Cloud | None:
    """The one that was started with this `workdir` and still answers."""
    try:
        state = json.loads((workdir / _STATE).read_text("utf-8"))
        at = int(state["pid"]), int(state["port"]), workdir.resolve(), Path(state["taxonomy"])
        cloud = Cloud(*at, enforced=bool(state.get("enforced")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return cloud if not _gone(cloud.pid) and cloud.healthy() else None


def _usable(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _gone(pid: int) -> bool:
    """No such process, or a dead one that only waits to be collected: by us, or by an init that does not care."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and stat.read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


if __name__ == "__main__":
    main()
