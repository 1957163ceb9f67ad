"""The command line as a user has it, on small repositories in a temporary folder."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Command, Done, Tree, write

from mlops_audit.cli.main import run


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Command:
    """Run `mlops-audit …` in an empty working folder."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["mlops-audit", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            run()
        out, err = capfdbinary.readouterr()
        code = stopped.value.code
        assert isinstance(code, int)
        return Done(code, out.decode(), err.decode())

    return call


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Tree], Path]:
    """Write a repository without git."""

    def build(tree: Tree) -> Path:
        return write(tmp_path / "project", tree)

    return build
