"""Peak memory of a process and its children, read from /proc."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.memory import each, held

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no /proc on this system")


def test_given_a_child_that_holds_memory_then_it_counts() -> None:
    before = held(os.getpid())
    script = "block = bytearray(60_000_000); print('ready', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        during, named = held(os.getpid()), each(os.getpid(), "block = bytearray")
        child.communicate(b"\n")
    assert during - before > 55_000_000
    assert 55_000_000 < named < during
    assert each(os.getpid(), "no such command") == 0
