"""`mlops-audit baseline`: accept what is found today, or take out what is mended."""

import os
from dataclasses import replace
from pathlib import Path

import typer

from mlops_audit.errors import UsageError
from mlops_audit.options import AuditOptions


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("baseline")(baseline)


def baseline(
    path: Path = typer.Argument(Path(), readable=False, help="Repository or folder to audit."),
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        readable=False,
        help="Baseline file; by default that of the configuration, else one in the repository.",
    ),
    prune: bool = typer.Option(
        False, "--prune", help="Only take out findings that are mended; accept nothing new."
    ),
    config: Path | None = typer.Option(
        None, "--config", readable=False, help="Configuration instead of the repository's own."
    ),
    rules: list[Path] = typer.Option(
        [], "--rules", readable=False, help="More rules: a file or a folder."
    ),
    technologies: list[Path] = typer.Option(
        [], "--technologies", readable=False, help="More technologies: a file or a folder."
    ),
    jobs: int | None = typer.Option(None, "--jobs", "-j", min=1, help="Processes for reading."),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """Accept the findings of today, so that the gate asks only for what comes after."""
    from mlops_audit.assessment.snapshot import BASELINE_FILE
    from mlops_audit.reports.write import check_writable
    from mlops_audit.terms import baseline_file, declared

    options = AuditOptions(
        config=config,
        rules=tuple(rules),
        technologies=tuple(technologies),
        jobs=jobs,
        cache=not no_cache,
        environment=os.environ,
    )
    configuration = declared(path, options)
    file = output or baseline_file(path, options, configuration) or path / BASELINE_FILE
    if path.is_dir():
        check_writable(file)
    if prune:
        typer.echo(pruned(path, options, file))
        return
    for line in accepted(path, options, file):
        typer.echo(line)
    if configuration.baseline is None:
        typer.echo(
            f'Name it in mlops-audit.toml (baseline = "{file.name}"), or on the command line:'
            f" mlops-audit --baseline {file}"
        )


def accepted(path: Path, options: AuditOptions, file: Path) -> list[str]:
    """Write all findings that nobody has answered to a baseline; return what to tell."""
    from mlops_audit.assessment.baseline import render
    from mlops_audit.assessment.identity import match
    from mlops_audit.assessment.snapshot import is_baseline, named, parse, snapshot_of
    from mlops_audit.audit import audit
    from mlops_audit.cli.progress import progress_bar
    from mlops_audit.reports.words import plural
    from mlops_audit.reports.write import write_atomic

    with progress_bar(enabled=True) as progress:
        result = audit(path, replace(options, alone=True), progress=progress)
    snapshot = snapshot_of(result, str(file))
    answered = {item.fingerprint for item in result.findings if item.suppressed is not None}
    kept = tuple(item for item in snapshot.findings if item.fingerprint not in answered)
    told = [f"{plural(len(kept), 'finding')} accepted in {named(file)}; commit it."]
    if file.is_file() and is_baseline(content := file.read_bytes()):
        old = parse(content, named(file), again="mlops-audit baseline")
        matching = match(old.findings, kept)
        told.append(
            f"{len(matching.appeared)} of them are new in it, and {len(matching.gone)} are gone."
        )
    write_atomic(file, render(replace(snapshot, findings=kept)))
    return told


def pruned(path: Path, options: AuditOptions, file: Path) -> str:
    """Take what is mended out of a baseline; return what to tell.

    Raises:
        UsageError: there is no baseline there.
    """
    from mlops_audit.assessment.baseline import mended
    from mlops_audit.assessment.snapshot import is_baseline, named
    from mlops_audit.audit import audit
    from mlops_audit.cli.progress import progress_bar
    from mlops_audit.cli.ratchet import write
    from mlops_audit.reports.words import plural

    if not file.is_file():
        raise UsageError(f"{named(file)} does not exist: there is nothing to prune.")
    content = file.read_bytes()
    if not is_baseline(content):
        raise UsageError(f"{named(file)} is no baseline: only a baseline can be pruned.")
    with progress_bar(enabled=True) as progress:
        result = audit(path, replace(options, baseline=file), progress=progress)
    gone = {item.fingerprint for item in mended(result)}
    if gone:
        write(file, content, gone)
    return f"{plural(len(gone), 'finding')} taken out of {named(file)}."
