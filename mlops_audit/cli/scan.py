"""`mlops-audit [PATH]`: audit a repository and write the report."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mlops_audit.errors import UsageError

if TYPE_CHECKING:
    from mlops_audit.assessment.model import Audit


class Format(StrEnum):
    """Report formats."""

    HTML = "html"
    JSON = "json"


class FailOn(StrEnum):
    """Severities from which on the gate fails."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


DEFAULT_NAMES = {Format.HTML: "mlops-audit-report.html", Format.JSON: "mlops-audit-report.json"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("scan")(scan)


def scan(
    path: Path = typer.Argument(Path(), help="Repository or folder to audit."),
    formats: list[Format] = typer.Option(
        [Format.HTML], "--format", "-f", help="Report format; may be repeated."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="File or folder for the report; '-' writes to stdout."
    ),
    rev: str | None = typer.Option(None, "--rev", help="Audit this git revision, no checkout."),
    rules: list[Path] = typer.Option([], "--rules", help="More rules: a file or a folder."),
    select: list[str] = typer.Option([], "--select", help="Only these rules or practices."),
    ignore: list[str] = typer.Option([], "--ignore", help="Not these rules or practices."),
    fail_on: FailOn = typer.Option(
        FailOn.NEVER, "--fail-on", help="Exit with 1 if a finding is at least this severe."
    ),
    min_level: int | None = typer.Option(None, "--min-level", min=0, max=4),
    min_score: int | None = typer.Option(None, "--min-score", min=0, max=100),
    jobs: int | None = typer.Option(None, "--jobs", "-j", min=1, help="Processes for reading."),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
    facts: Path | None = typer.Option(None, "--facts", help="Keep the facts in this SQLite file."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print nothing but errors."),
    no_progress: bool = typer.Option(False, "--no-progress", help="Show no progress bar."),
) -> None:
    """Audit PATH, write the report and print the summary."""
    from mlops_audit.assessment.assess import GateOptions
    from mlops_audit.audit import AuditOptions, audit
    from mlops_audit.cli.progress import progress_bar

    targets = _targets(formats, output)
    options = AuditOptions(
        rev=rev,
        rules=tuple(rules),
        select=tuple(select),
        ignore=tuple(ignore),
        jobs=jobs,
        cache=not no_cache,
        facts=facts,
        gate=GateOptions(fail_on=fail_on.value, min_level=min_level, min_score=min_score),
    )
    with progress_bar(enabled=not quiet and not no_progress) as progress:
        result = audit(path, options, progress=progress)
    for chosen, target in targets:
        _write(result, chosen, target)
    if not quiet:
        from mlops_audit.reports.console import print_summary

        written = tuple(target for _, target in targets if target is not None)
        print_summary(result, written, to_stderr=any(target is None for _, target in targets))
    if not result.gate.passed:
        raise typer.Exit(1)


def _targets(formats: list[Format], output: Path | None) -> list[tuple[Format, Path | None]]:
    chosen = list(dict.fromkeys(formats))
    if output is None:
        return [(item, Path(DEFAULT_NAMES[item])) for item in chosen]
    if str(output) == "-":
        if len(chosen) > 1:
            raise UsageError("Only one format can go to stdout; name a folder with --output.")
        return [(chosen[0], None)]
    if len(chosen) > 1 or output.is_dir():
        return [(item, output / DEFAULT_NAMES[item]) for item in chosen]
    return [(chosen[0], output)]


def _write(result: "Audit", chosen: Format, target: Path | None) -> None:
    if chosen is Format.HTML:
        from mlops_audit.reports.html_report import render_html

        text = render_html(result)
    else:
        from mlops_audit.reports.json_report import render_json

        text = render_json(result)
    if target is None:
        sys.stdout.write(text)
        return
    from mlops_audit.reports.write import write_atomic

    write_atomic(target, text)
