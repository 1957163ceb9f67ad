"""A machine of a CI service with a clone of a repository."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ci_machine import SECRET, TRAIN, Machine, commit
from history import git


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without a clone."""
    return Machine(tmp_path)


@pytest.fixture
def clone(tmp_path: Path, machine: Machine) -> Callable[..., Path]:
    """Clone a repository whose branch `change` brings a secret, as CI does it."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "train.py").write_text(TRAIN, encoding="utf-8")
    (origin / "README.md").write_text("# Demand\n", encoding="utf-8")
    commit(origin, "Start")
    git(origin, "checkout", "-q", "-b", "change")
    (origin / "settings.py").write_text(SECRET, encoding="utf-8")
    commit(origin, "Settings")
    git(origin, "checkout", "-q", "main")
    (origin / "NOTES.md").write_text("# Notes\n", encoding="utf-8")
    commit(origin, "Notes")

    def make(branch: str, *options: str) -> Path:
        git(
            tmp_path, "clone", "-q", "--branch", branch, *options, origin.as_uri(),
            str(machine.work),
        )  # fmt: skip
        return machine.work

    return make
