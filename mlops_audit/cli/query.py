"""`mlops-audit query SQL`: answers from the facts."""

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

Row = tuple[Any, ...]


class Shape(StrEnum):
    """Shapes of an answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("query")(query)


def query(
    sql: str = typer.Argument(help="One SELECT statement over the fact tables."),
    path: Path = typer.Argument(
        Path(), readable=False, help="Repository, or a file kept with --facts."
    ),
    rev: str | None = typer.Option(None, "--rev", help="Ask this git revision, no checkout."),
    shape: Shape | None = typer.Option(
        None, "--format", "-f", help="Default: a table on a terminal, CSV in a pipe."
    ),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """Answer a SELECT statement from the facts of a repository.

    docs/facts.md lists the tables. Example: SELECT path, line, target FROM call WHERE method='fit'
    """
    from mlops_audit.cli.facts import open_facts
    from mlops_audit.facts.store import FactStore
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.engine import query as guarded
    from mlops_audit.rules.views import load_views

    views = load_views(rulebook() / "views")
    # A mistake in the question is told before a large repository is read for it.
    with FactStore() as empty:
        guarded(empty, sql, views=views)
    with open_facts(path, rev, cache=not no_cache) as store:
        names, rows = guarded(store, sql, views=views)
    chosen = shape or (Shape.TABLE if sys.stdout.isatty() else Shape.CSV)
    {Shape.JSON: _json, Shape.CSV: _csv, Shape.TABLE: _table}[chosen](names, rows)


def _json(names: list[str], rows: list[Row]) -> None:
    records = [dict(zip(names, row, strict=True)) for row in rows]
    typer.echo(json.dumps(records, indent=2, ensure_ascii=False, default=str))


def _csv(names: list[str], rows: list[Row]) -> None:
    from mlops_audit.reports.spreadsheet import csv_safe

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([csv_safe(name) for name in names])
    writer.writerows([csv_safe(value) for value in row] for row in rows)


def _table(names: list[str], rows: list[Row]) -> None:
    from mlops_audit.cli.tables import print_table

    print_table(names, rows)
    typer.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", err=True)
