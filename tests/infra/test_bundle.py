"""What is uploaded is complete: code and layers import on a bare Python, with no package of this host beside them.

The layers are built for this host (pip fetches them once, they are kept under build/). The embedded AWS does not use
them: it would unpack them anew for every worker.
"""

import os
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cdk import assets
from cdk.context import load
from tests.infra.conftest import ROOT, context

BASE = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
# What a function imports when it runs, beyond its handler module; with the science layer where it says so.
FUNCTIONS = {
    "generate.handler": ("runtime",),
    "distill.handler": ("runtime",),
    "deploy.handler": ("runtime",),
    "evaluate.handler": ("runtime",),
    "pipeline.handler": ("runtime",),
    "route.handler": ("runtime",),
    "generate.dataset": ("runtime", "science"),
    "distill.edge_student": ("runtime", "science"),
    "evaluate.page": ("runtime", "science"),
    "evaluate.report": ("runtime", "science"),
}


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The layers for this host's Python and processor, unpacked."""
    host = load(
        context(stage="local"),
        host_python=f"{sys.version_info.major}.{sys.version_info.minor}",
        host_machine=platform.machine(),
    )
    unpacked = tmp_path_factory.mktemp("opt")
    for name in ("runtime", "science"):
        archive = assets.layer(ROOT, name, python=host.python, architecture=host.architecture)
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(unpacked / name)
    return {name: unpacked / name / "python" for name in ("runtime", "science")}


@pytest.mark.skipif(sys.platform != "linux", reason="Lambda's packages are built for Linux")
@pytest.mark.parametrize("module", FUNCTIONS)
def test_code_and_layers_import_on_a_bare_python(module: str, layers: dict[str, Path]) -> None:
    path = [str(assets.code(ROOT)), *(str(layers[name]) for name in FUNCTIONS[module])]
    script = f"import sys; sys.path[:0] = {path}; import {module}"
    done = subprocess.run(
        [BASE, "-I", "-S", "-B", "-c", script],
        env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
