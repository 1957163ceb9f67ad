"""`mlops-audit [PATH]`: audit a repository and write the report."""

import os
import re
from enum import StrEnum
from pathlib import Path

import typer

from mlops_audit.cli.formats import FORMATS, Format, file_name, render, targets
from mlops_audit.cli.output import print_report
from mlops_audit.errors import UsageError


class FailOn(StrEnum):
    """Severities from which on the gate fails."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


class Extent(StrEnum):
    """How much the summary says."""

    CONCISE = "concise"
    FULL = "full"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("scan")(scan)


def scan(
    path: Path = typer.Argument(Path(), readable=False, help="Repository or folder to audit."),
    formats: list[str] = typer.Option(
        [Format.HTML.value],
        "--format",
        "-f",
        metavar="FORMAT[=FILE]",
        help=f"Report format, repeatable: {FORMATS}; '=-' writes to stdout.",
        autocompletion=lambda: list(Format),
    ),
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        readable=False,
        help="File or folder for the report; '-' writes to stdout.",
    ),
    template: Path | None = typer.Option(
        None,
        "--template",
        metavar="DIR",
        readable=False,
        help="Folder with templates to take for the HTML report instead of those of their name.",
    ),
    rev: str | None = typer.Option(None, "--rev", help="Audit this git revision, no checkout."),
    project: str | None = typer.Option(
        None, "--project", help="Audit this project of a monorepo: its name or folder."
    ),
    config: Path | None = typer.Option(
        None,
        "--config",
        readable=False,
        help="Configuration to use instead of the repository's own.",
    ),
    rules: list[Path] = typer.Option(
        [], "--rules", readable=False, help="More rules: a file or a folder."
    ),
    technologies: list[Path] = typer.Option(
        [], "--technologies", readable=False, help="More technologies: a file or a folder."
    ),
    select: list[str] = typer.Option([], "--select", help="Only these rules, practices, phases."),
    ignore: list[str] = typer.Option([], "--ignore", help="Not these rules, practices, phases."),
    fail_on: FailOn | None = typer.Option(
        None, "--fail-on", help="Exit with 1 if a finding is at least this severe."
    ),
    min_level: int | None = typer.Option(
        None, "--min-level", min=0, max=4, help="Exit with 1 below this maturity level."
    ),
    min_score: list[str] = typer.Option(
        [], "--min-score", metavar="[PHASE=]N", help="Exit with 1 below this score; repeatable."
    ),
    tracking_uri: list[str] = typer.Option(
        [],
        "--tracking-uri",
        metavar="URI",
        help="Also read the runs of this tracking server, database or folder; repeatable.",
    ),
    require: list[str] = typer.Option(
        [], "--require", help="Exit with 1 unless this practice is met; repeatable."
    ),
    baseline: Path | None = typer.Option(
        None, "--baseline", readable=False, help="Findings in this baseline or report are accepted."
    ),
    base: str | None = typer.Option(
        None, "--base", help="Only what is new since this git revision fails; no checkout."
    ),
    max_drop: int | None = typer.Option(
        None, "--max-drop", min=0, max=100, help="Exit with 1 if the score fell by more points."
    ),
    fail_on_regression: bool | None = typer.Option(
        None,
        "--fail-on-regression/--no-fail-on-regression",
        help="Exit with 1 if a practice that was met in the base no longer is.",
    ),
    ratchet: bool | None = typer.Option(
        None,
        "--ratchet/--no-ratchet",
        help="Take what is mended out of the baseline file; by default outside CI only.",
    ),
    jobs: int | None = typer.Option(None, "--jobs", "-j", min=1, help="Processes for reading."),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
    facts: Path | None = typer.Option(
        None, "--facts", readable=False, help="Keep the facts in this SQLite file."
    ),
    extent: Extent = typer.Option(
        Extent.CONCISE, "--output-format", help="How much the summary says."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print nothing but errors."),
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Print what takes how long."),
    no_progress: bool = typer.Option(False, "--no-progress", help="Show no progress bar."),
) -> None:
    """Audit PATH, write the report and print the summary."""
    _check_word(path)
    written = targets(formats, output)
    overall, phase_scores = _scores(min_score)

    from mlops_audit.audit import AuditOptions, audit
    from mlops_audit.cli.progress import progress_bar, timings
    from mlops_audit.cli.ratchet import tighten
    from mlops_audit.reports.templates import check_templates
    from mlops_audit.reports.write import check_writable, write_atomic
    from mlops_audit.tracking.address import parse_address

    files = [target for _, target in written if target is not None]
    for file in [*files, *([] if facts is None else [facts])]:
        check_writable(file)
    if template is not None:
        check_templates(template)
    options = AuditOptions(
        rev=rev,
        project=project,
        config=config,
        rules=tuple(rules),
        technologies=tuple(technologies),
        select=tuple(select),
        ignore=tuple(ignore),
        exclude=_own_reports(path, [*files, *([] if facts is None else [facts])]),
        fail_on=None if fail_on is None else fail_on.value,
        min_level=min_level,
        min_score=overall,
        phase_scores=phase_scores,
        tracking=tuple(map(parse_address, tracking_uri)),
        require=tuple(require),
        baseline=baseline,
        base=base,
        max_drop=max_drop,
        fail_on_regression=fail_on_regression,
        jobs=jobs,
        environment=os.environ,
        cache=not no_cache,
        facts=facts,
    )
    clock = timings(enabled=verbose)
    with progress_bar(enabled=not (quiet or verbose or no_progress)) as progress:
        result = audit(path, options, progress=progress, timing=clock)
    # Everything is rendered before anything is written: all reports appear, or none.
    texts = [(render(result, chosen, templates=template), target) for chosen, target in written]
    for text, target in texts:
        if target is None:
            print_report(text)
        else:
            write_atomic(target, text)
    notes = tighten(path, options, result, ratchet)
    if not quiet:
        from mlops_audit.reports.console import print_summary

        print_summary(
            result,
            files,
            to_stderr=len(files) < len(written),
            full=extent is Extent.FULL,
            root=None if rev is not None else path,
            notes=notes,
        )
    if not result.gate.passed:
        raise typer.Exit(1)


def _check_word(path: Path) -> None:
    """Refuse a word that is no path but nearly a command."""
    if len(path.parts) == 1 and not path.exists():
        from difflib import get_close_matches

        from mlops_audit.cli.main import COMMANDS

        near = get_close_matches(str(path), COMMANDS, n=1)
        if near:
            raise UsageError(f"{path} does not exist. Did you mean the command {near[0]!r}?")


def _scores(given: list[str]) -> tuple[int | None, tuple[tuple[str, int], ...]]:
    """Return the lowest score that is asked overall, and those of phases."""
    from mlops_audit.rules.keys import PHASES

    overall: int | None = None
    phases: dict[str, int] = {}
    for text in given:
        phase, equals, number = text.rpartition("=")
        if not re.fullmatch(r"\d{1,3}", number) or int(number) > 100:
            raise UsageError(f"--min-score {text}: a score is a whole number from 0 to 100.")
        if not equals:
            overall = int(number)
        elif phase in PHASES:
            phases[phase] = int(number)
        else:
            from mlops_audit.rules.check import did_you_mean

            hint = did_you_mean(phase, PHASES)
            raise UsageError(f"--min-score {text}: no phase is called {phase!r}. {hint}")
    return overall, tuple(phases.items())


def _own_reports(path: Path, files: list[Path]) -> tuple[str, ...]:
    """Return patterns for what an audit leaves in the repository: it says nothing about it."""
    patterns = [f"/{file_name(item)}" for item in Format]
    root = path.resolve()
    for file in files:
        place = file.resolve()
        if place.is_relative_to(root) and place != root:
            name = place.relative_to(root).as_posix()
            patterns.append("/" + re.sub(r"([\\*?\[\]!# ])", r"\\\1", name))
    return tuple(dict.fromkeys(patterns))
