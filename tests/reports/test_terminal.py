"""What a terminal gets: places that open when they are clicked, and no commands for a runner."""

import io
from pathlib import Path

import pytest
import sample
from rich.console import Console

from mlops_audit.reports.console import render_console
from mlops_audit.reports.terminal import Printer


def printer(root: Path | None, *, terminal: bool) -> tuple[Printer, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=200, markup=False)
    return Printer(console, unicode=True, root=root), stream


def test_a_place_opens_the_file(tmp_path: Path) -> None:
    out, stream = printer(tmp_path, terminal=True)
    out.line(out.place("src/a b.py", 3, None))
    said = stream.getvalue()
    assert f"{tmp_path.as_uri()}/src/a%20b.py" in said and "src/a b.py:3" in said


@pytest.mark.parametrize("path", ["../../etc/passwd", "a/../../b"])
def test_a_place_outside_opens_nothing(tmp_path: Path, path: str) -> None:
    out, stream = printer(tmp_path, terminal=True)
    out.line(out.place(path, 1, None))
    assert "file://" not in stream.getvalue()


def test_a_pipe_and_a_revision_get_plain_places(tmp_path: Path) -> None:
    for root, terminal in ((tmp_path, False), (None, True)):
        out, stream = printer(root, terminal=terminal)
        out.line(out.place("a.py", 1, None))
        assert "file://" not in stream.getvalue()


def test_what_is_printed_commands_no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=False, width=200, markup=False)
    audit = sample.hostile()
    render_console(audit, console, full=True)
    said = stream.getvalue()
    assert len(said.splitlines()) > len(audit.findings)
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    out, stream = printer(None, terminal=False)
    out.line("x ##[add-mask]y ::error::z")
    assert "##[" not in stream.getvalue() and "::" not in stream.getvalue()
