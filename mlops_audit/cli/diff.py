"""`mlops-audit diff OLD NEW`: what changed between two reports or revisions."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mlops_audit.errors import UsageError
from mlops_audit.options import AuditOptions

if TYPE_CHECKING:
    from mlops_audit.assessment.snapshot import Snapshot


class Shape(StrEnum):
    """Shapes of the answer."""

    CONSOLE = "console"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff")(diff)


def diff(
    old: str = typer.Argument(help="JSON report, or git revision."),
    new: str = typer.Argument("", help="JSON report, or git revision; default: the work tree."),
    path: Path = typer.Option(
        Path(), "--path", readable=False, help="Repository that revisions are of."
    ),
    shape: Shape = typer.Option(Shape.CONSOLE, "--format", "-f"),
    output: Path | None = typer.Option(
        None, "--output", "-o", readable=False, help="File for the answer; default: stdout."
    ),
    config: Path | None = typer.Option(
        None, "--config", readable=False, help="Configuration instead of the repository's own."
    ),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """Say what rose, fell, appeared and went, by practice, with the evidence."""
    from mlops_audit.assessment.difference import difference
    from mlops_audit.cli.output import print_report
    from mlops_audit.reports import difference as reports
    from mlops_audit.reports.write import check_writable, write_atomic

    if output is not None:
        check_writable(output)
        if shape is Shape.CONSOLE:
            raise UsageError("--output needs --format markdown, html or json.")
    options = AuditOptions(
        config=config, cache=not no_cache, environment=os.environ, alone=True, summaries=False
    )
    found = difference(_side(old, path, options), _side(new, path, options))
    if shape is Shape.CONSOLE:
        from mlops_audit.reports.terminal import Printer, make_console

        console = make_console(sys.stdout, os.environ)
        unicode = "utf" in (console.encoding or "").lower()
        reports.print_difference(found, Printer(console, unicode=unicode))
        return
    render = {
        Shape.MARKDOWN: reports.render_markdown,
        Shape.HTML: reports.render_html,
        Shape.JSON: reports.render_json,
    }[shape]
    if output is None:
        print_report(render(found))
    else:
        write_atomic(output, render(found))


def _side(name: str, path: Path, options: AuditOptions) -> "Snapshot":
    from dataclasses import replace

    from mlops_audit.assessment.snapshot import named, parse, snapshot_of
    from mlops_audit.audit import audit

    file = Path(name)
    if name and file.is_file():
        again = "mlops-audit --format json"
        return parse(file.read_bytes(), named(file), again=again)
    if name and (file.suffix == ".json" or file.is_dir()):
        raise UsageError(f"{named(file)} is no report: make one with `mlops-audit --format json`.")
    result = audit(path, replace(options, rev=name or None))
    return snapshot_of(result, name or "work tree")
