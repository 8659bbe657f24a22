"""The process of the embedded AWS: a clean environment, stock MiniStack, our Bedrock in it."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

HOST, REGION = "127.0.0.1", "us-east-1"
_ROOT = Path(__file__).parents[1]
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_")
_IDLE_LAMBDA_SECONDS = 20


def inherited() -> dict[str, str]:
    """The little of this process's environment that the embedded AWS may see."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def certificate(workdir: Path) -> Path:
    """Where MiniStack writes the certificate that it makes for itself, under its TMPDIR."""
    return workdir / "tmp" / "ministack-tls" / "server.crt"


def _settings(port: int, workdir: Path, wait_scale: float, *, enforce: bool) -> Mapping[str, str]:
    """The whole environment of the process, and so what Lambda functions see of it."""
    # With TLS: once bucket policies are in force, they deny everything that comes without it.
    enforced = {"AUTH": "true", "USE_SSL": "1", "AWS_CA_BUNDLE": str(certificate(workdir))}
    return {
        **inherited(),
        "HOME": str(workdir),
        "TMPDIR": str(workdir / "tmp"),
        "PYTHONNOUSERSITE": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": str(_IDLE_LAMBDA_SECONDS),
        "LOG_LEVEL": "WARNING",
        # Several processes fit and embed at once: BLAS threads that wait for each other made a fit of 0.9 s last 20 s
        # on two busy cores (measured 2026-11-21).
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MINISTACK_REGION": REGION,
        "SFN_WAIT_SCALE": str(wait_scale),
        **(enforced if enforce else {}),
    }


def main() -> None:
    """Run in the foreground until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="The embedded AWS, on loopback.")
    parser.add_argument("--port", type=int, default=4700)
    parser.add_argument("--workdir", type=Path, default=Path("build/cloud"), help="log, state and temporary files")
    parser.add_argument("--wait-scale", type=float, default=1.0, help="factor on the waits of state machines")
    parser.add_argument("--taxonomy", type=Path, default=_ROOT / "taxonomy.yaml", help="what the models know about")
    parser.add_argument("--enforce", action="store_true", help="evaluate IAM policies, and speak TLS")
    options = parser.parse_args()
    workdir = options.workdir.resolve()
    (workdir / "tmp").mkdir(parents=True, exist_ok=True)
    settings = _settings(options.port, workdir, options.wait_scale, enforce=options.enforce)
    os.environ.clear()
    os.environ.update(settings)
    sys.argv = sys.argv[:1]  # MiniStack reads the command line too
    sys.path.append(str(_ROOT / "lambdas"))  # the models share code with the functions; not visible to Lambda workers
    # MiniStack reads its environment when it is imported.
    from ministack import app  # noqa: PLC0415

    from intent import taxonomy  # noqa: PLC0415
    from local.bedrock import install  # noqa: PLC0415

    taxonomy.choose(options.taxonomy)
    install(app)
    app.main()
