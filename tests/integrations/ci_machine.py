"""A machine of a CI service: a folder for the clone, and the tools on its path."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "fixtures"))
from history import git  # noqa: E402

DAY = "2025-01-01T10:00:00+00:00"
TRAIN = (
    "from sklearn.svm import SVC\n\n\ndef train(data, target):\n"
    "    return SVC(random_state=1).fit(data, target)\n"
)
SECRET = "db_password = 'x9Kq2LmZ7tRvB4wY'\n"


class Done(NamedTuple):
    """What a step left behind."""

    code: int
    out: str
    err: str


class Machine:
    """A folder for the job, one for tools, and the environment of the job."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.tools = folder / "tools"
        self.temporary = folder / "temporary"
        self.home = folder / "home"
        for path in (self.tools, self.temporary, self.home):
            path.mkdir()
        self.tool("mlops-audit", f'exec "{sys.executable}" -m mlops_audit "$@"')
        self.tool("pip", f'echo "pip $*" >> "{self.temporary}/installed"')
        self.tool(
            "python",
            f'case "$*" in *venv*|*pip*) echo "python $*" >> "{self.temporary}/installed" ;;'
            f' *) exec "{sys.executable}" "$@" ;; esac',
        )
        self.environment = {
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "CI": "true",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def tool(self, name: str, script: str, folder: Path | None = None) -> Path:
        """Put a program on the path."""
        path = (folder or self.tools) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(self, script: str, more: Mapping[str, str] = {}) -> Done:
        """Run a step as CI services do."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.work,
            env=self.environment | dict(more or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def installed(self) -> str:
        """Return what the step wanted installed."""
        return (self.temporary / "installed").read_text(encoding="utf-8")


def commit(root: Path, message: str) -> None:
    """Commit all there is."""
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", message, date=DAY)
