"""No secret in any file of the repository: detect-secrets, with what it takes for one and is none in a baseline.

After a change that is meant: `python -m tests.prove.test_secrets` writes the baseline anew. Look at its difference.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).parents[2]
BASELINE = Path(__file__).parent / "secrets.json"
BINARY = (
    ".csv",
    ".int8",
    ".bin",
    "wordpiece.txt",
    "package-lock.json",
    "uv.lock",
)  # words, numbers, hashes of packages


def scanned(root: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """What looks like a secret: by file, kind and hash of each."""
    with default_settings():
        found = SecretsCollection(root=str(root))
        for name in names:
            found.scan_file(name)
        return {name: sorted(f"{secret.type} {secret.secret_hash}" for secret in found[name]) for name in found.files}


def tracked() -> list[str]:
    """Files that git knows."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    own = str(BASELINE.relative_to(ROOT))
    return [name for name in listed.splitlines() if name != own and not name.endswith(BINARY)]


def test_no_file_holds_a_secret_that_is_not_known_to_be_none() -> None:
    known = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert scanned(ROOT, tracked()) == known


def test_a_leaked_secret_is_found(tmp_path: Path) -> None:
    leaks = {
        "key.py": 'KEY = "AKIA' + 'QYLPMN5HHHTGZK3V"\n',
        "password.yaml": "database_" + "password: hunter2-but-longer\n",
        "private.pem": "-----BEGIN RSA PRIVATE " + "KEY-----\n",
        "token.md": "curl -H 'Authorization: token ghp" + "_1a2B3c4D5e6F7g8H9i0JkLmNoPqRsTuVwXyZ'\n",
    }
    for name, text in leaks.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "fine.py").write_text("WORDS = ('visual', 'audio')\n")
    assert set(scanned(tmp_path, [*leaks, "fine.py"])) == set(leaks)


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(scanned(ROOT, tracked()), indent=1, sort_keys=True) + "\n", encoding="utf-8")
