"""`mlops-audit query SQL`: answers from the facts."""

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path

import typer


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
    path: Path = typer.Argument(Path(), help="Repository, or a file kept with --facts."),
    shape: Shape | None = typer.Option(
        None, "--format", "-f", help="Default: a table on a terminal, CSV in a pipe."
    ),
) -> None:
    """Answer a SELECT statement from the facts of a repository."""
    from mlops_audit.facts.collect import collect
    from mlops_audit.facts.store import FactStore
    from mlops_audit.linking import link
    from mlops_audit.repository import open_repository
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.engine import query as guarded
    from mlops_audit.rules.loader import load_rulebook

    if path.is_file():
        store = FactStore.open_saved(path)
    else:
        store = collect(open_repository(path), jobs=None, cache=None, progress=None)
        link(store)
    names, rows = guarded(store, sql, views=load_rulebook(rulebook()).views)
    chosen = shape or (Shape.TABLE if sys.stdout.isatty() else Shape.CSV)
    if chosen is Shape.JSON:
        records = [dict(zip(names, row, strict=True)) for row in rows]
        typer.echo(json.dumps(records, indent=2, ensure_ascii=False))
    elif chosen is Shape.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows([_csv_safe(value) for value in row] for row in rows)
    else:
        _table(names, rows)


def _csv_safe(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets a leading apostrophe."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _table(names: list[str], rows: list[tuple[object, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mlops_audit.text import visible

    table = Table()
    for name in names:
        table.add_column(Text(name))
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    Console().print(table)
