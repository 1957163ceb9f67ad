"""`mlops-audit init`: a commented configuration written from what is found."""

import os
from dataclasses import replace
from pathlib import Path

import typer

from mlops_audit.errors import UsageError
from mlops_audit.options import AuditOptions


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("init")(init)


def init(
    path: Path = typer.Argument(Path(), readable=False, help="Repository or folder."),
    with_baseline: bool = typer.Option(
        False, "--baseline", help="Also accept the findings of today in a baseline."
    ),
    force: bool = typer.Option(False, "--force", help="Replace a configuration that is there."),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """Write a commented mlops-audit.toml from what is found in the repository."""
    from tempfile import TemporaryDirectory

    from mlops_audit.assessment.snapshot import BASELINE_FILE, named
    from mlops_audit.audit import audit
    from mlops_audit.cli.baseline import accepted
    from mlops_audit.cli.progress import progress_bar
    from mlops_audit.config.load import FILE_NAME
    from mlops_audit.config.starter import folders, starter
    from mlops_audit.facts.store import FactStore
    from mlops_audit.reports.write import check_writable, write_atomic
    from mlops_audit.terms import declared

    if not path.is_dir():
        raise UsageError(f"{path} is no folder.")
    file = path / FILE_NAME
    if not force:
        if file.exists():
            raise UsageError(f"{named(file)} exists; `mlops-audit config` prints what it says, and"
                             " --force replaces it.")  # fmt: skip
        if (known := declared(path, AuditOptions())).origin:
            raise UsageError(f"{known.origin} has a table tool.mlops-audit already.")
    check_writable(file)
    options = AuditOptions(cache=not no_cache, alone=True, environment=os.environ)
    with TemporaryDirectory(prefix="mlops-audit-") as folder:
        facts = Path(folder) / "facts.sqlite"
        with progress_bar(enabled=True) as progress:
            result = audit(path, replace(options, facts=facts, summaries=False), progress=progress)
        with FactStore.open_saved(facts) as store:
            found = folders(store.connection)
    write_atomic(file, starter(result, found, BASELINE_FILE if with_baseline else None))
    typer.echo(f"{named(file)} written; read it, change it, commit it.")
    if with_baseline:
        for line in accepted(path, options, path / BASELINE_FILE):
            typer.echo(line)
