"""Real folders and real git repositories, built in a temporary directory."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Tree = dict[str, str | bytes]


class GitRepo:
    """A work tree with a few commands, isolated from the machine's git configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, when: int = 1_700_000_000, **more: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada Lovelace",
            "GIT_AUTHOR_EMAIL": "Ada@Example.org",
            "GIT_COMMITTER_NAME": "Ada Lovelace",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": f"{when} +0000",
            "GIT_COMMITTER_DATE": f"{when + 60} +0000",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=environment | more,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, tree: Tree) -> None:
        for name, content in tree.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, tree: Tree, message: str = "change", **more: str) -> str:
        self.write(tree)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **more)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """An empty git repository."""
    root = tmp_path / "repo"
    root.mkdir()
    made = GitRepo(root)
    made.git("init", "-q", "-b", "main")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Tree], Path]:
    """Builds a plain folder, without git."""

    def build(tree: Tree) -> Path:
        root = tmp_path / "plain"
        root.mkdir(exist_ok=True)
        GitRepo(root).write(tree)
        return root

    return build
