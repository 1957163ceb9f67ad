"""`mlops-audit runs`: the runs that training left behind, as a table."""

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mlops_audit.errors import AuditError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from mlops_audit.facts.store import FactStore


class Shape(StrEnum):
    """Shapes of the table."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".csv": Shape.CSV,
    ".json": Shape.JSON,
    ".parquet": Shape.PARQUET,
    ".pq": Shape.PARQUET,
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("runs")(runs)


def runs(
    place: str = typer.Argument(
        ".", metavar="[PATH]", help="Repository, store of runs, or tracking address."
    ),
    tracking_uri: list[str] = typer.Option(
        [],
        "--tracking-uri",
        metavar="URI",
        help="Also this tracking server, database or folder; repeatable.",
    ),
    where: str | None = typer.Option(
        None, "--where", "-w", help="Only these runs: metrics.auc > 0.8 and params.model = 'xgb'."
    ),
    run: list[str] = typer.Option(
        [], "--run", help="Only this run: its id, the start of it, or its name; repeatable."
    ),
    sort: str | None = typer.Option(None, "--sort", "-s", help="Sort by this column or metric."),
    descending: bool = typer.Option(False, "--desc", help="The largest first."),
    limit: int | None = typer.Option(None, "--limit", "-n", min=1, help="At most so many runs."),
    columns: str | None = typer.Option(
        None, "--columns", "-c", help="These columns, separated by commas."
    ),
    compare: bool = typer.Option(False, "--compare", help="Side by side: what differs."),
    history: str | None = typer.Option(
        None, "--history", metavar="METRIC", help="Each value of this metric."
    ),
    deleted: bool = typer.Option(False, "--deleted", help="Runs in the trash, too."),
    shape: Shape | None = typer.Option(
        None, "--format", "-f", help="Default: by the file's suffix, else a table or CSV in a pipe."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", readable=False, help="Write to this file."
    ),
    rev: str | None = typer.Option(None, "--rev", help="The runs of this git revision."),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """List, filter, compare and export the runs of a repository or tracking store.

    Times are in UTC. A column is named whole (metrics.auc) or, where only one is called so, by its
    last part (auc).
    """
    from mlops_audit.cli.progress import progress_bar
    from mlops_audit.reports.write import check_writable
    from mlops_audit.runs.read import read_runs
    from mlops_audit.tracking.address import parse_address

    chosen = shape or _shape(output)
    if output is not None:
        check_writable(output)
    elif chosen is Shape.PARQUET:
        raise UsageError("--format parquet needs a file: --output runs.parquet")
    addresses = [parse_address(uri) for uri in tracking_uri]
    with progress_bar(enabled=True) as progress:
        store = read_runs(
            place,
            addresses,
            rev=rev,
            history=history is not None,
            cache=not no_cache,
            progress=progress,
        )
    with store:
        _tell_problems(store)
        table = _chosen(store, where, run, sort, limit, descending=descending, deleted=deleted)
        listed = chosen is Shape.TABLE and columns is None
        if history is not None:
            table = _history(store, table, history)
        elif compare:
            table = _compared(table)
        elif columns is not None:
            table = _columns(table, columns)
        elif listed:
            table = _fitting(store, table, sort)
    _write(table, chosen, output)


def _shape(output: Path | None) -> Shape:
    if output is not None:
        return _BY_SUFFIX.get(output.suffix.lower(), Shape.CSV)
    return Shape.TABLE if sys.stdout.isatty() else Shape.CSV


def _chosen(
    store: "FactStore",
    where: str | None,
    named: list[str],
    sort: str | None,
    limit: int | None,
    *,
    descending: bool,
    deleted: bool,
) -> "pd.DataFrame":
    from mlops_audit.runs.frame import run_table
    from mlops_audit.runs.where import column_named, matching

    table = run_table(store.connection, deleted=deleted)
    if where:
        table = matching(table, where)
    if named:
        kept = table["run"].isin([])
        for name in named:
            found = table["run"].str.startswith(name) | (table["name"] == name)
            if not found.any():
                raise UsageError(f"no run is called {name!r}")
            kept |= found
        table = table[kept]
    if sort:
        column = column_named(table, sort)
        table = table.sort_values(column, ascending=not descending, kind="stable")
    elif descending:
        table = table.sort_values("started", ascending=False, kind="stable")
    return table if limit is None else table.head(limit)


def _history(store: "FactStore", table: "pd.DataFrame", metric: str) -> "pd.DataFrame":
    from mlops_audit.runs.frame import history_table
    from mlops_audit.runs.where import column_named

    column = column_named(table, metric)
    if not column.startswith("metrics."):
        raise UsageError(f"{column} is no metric, so it has no history")
    found = history_table(store.connection, column.removeprefix("metrics."))
    known = set(zip(table["store"], table["run"], strict=True))
    return found[[key in known for key in zip(found["store"], found["run"], strict=True)]]


def _compared(table: "pd.DataFrame") -> "pd.DataFrame":
    from mlops_audit.runs.frame import compared

    if not 2 <= len(table) <= 20:
        raise UsageError(
            f"--compare sets 2 to 20 runs side by side, here are {len(table)}; choose them with"
            " --run, --where or --limit"
        )
    return compared(table)


def _columns(table: "pd.DataFrame", columns: str) -> "pd.DataFrame":
    from mlops_audit.runs.where import column_named

    names = [column_named(table, name.strip()) for name in columns.split(",") if name.strip()]
    return table[list(dict.fromkeys(names))]


def _fitting(store: "FactStore", table: "pd.DataFrame", sort: str | None) -> "pd.DataFrame":
    from shutil import get_terminal_size

    from mlops_audit.runs.frame import shown_columns
    from mlops_audit.runs.where import column_named

    rows = store.connection.execute("SELECT DISTINCT key FROM run_metric WHERE system")
    system = frozenset(str(key) for (key,) in rows)
    asked = column_named(table, sort) if sort else ""
    width = get_terminal_size().columns
    return table[shown_columns(table, width=width, system=system, asked=asked)]


def _tell_problems(store: "FactStore") -> None:
    from mlops_audit.text import shown

    query = "SELECT path, problem FROM diagnostic WHERE lost ORDER BY path, problem"
    problems = store.connection.execute(query).fetchall()
    for path, problem in problems[:10]:
        typer.echo(f"{shown(path)}: {shown(problem, 400)}", err=True)
    if len(problems) > 10:
        typer.echo(f"{len(problems) - 10} more problems are not listed", err=True)


def _write(table: "pd.DataFrame", shape: Shape, output: Path | None) -> None:
    if shape is Shape.TABLE and output is None:
        from mlops_audit.cli.tables import print_table

        rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
        whole = ("run", "status", "started")
        print_table([_head(column) for column in table.columns], rows, whole=whole)
        typer.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", err=True)
        return
    content = _parquet(table) if shape is Shape.PARQUET else _text(table, shape).encode("utf-8")
    if output is not None:
        from mlops_audit.reports.write import write_atomic

        write_atomic(output, content)
        typer.echo(f"{len(table):,} rows in {output}", err=True)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _text(table: "pd.DataFrame", shape: Shape) -> str:
    if shape is Shape.JSON:
        text = table.to_json(orient="records", date_format="iso", date_unit="s", indent=2)
        return f"{text}\n"
    from mlops_audit.reports.spreadsheet import csv_safe

    safe = table.rename(columns=csv_safe)
    for column in safe.columns:
        if safe[column].dtype == object or str(safe[column].dtype).startswith("str"):
            safe[column] = safe[column].map(csv_safe, na_action="ignore")
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _parquet(table: "pd.DataFrame") -> bytes:
    stream = io.BytesIO()
    try:
        table.to_parquet(stream, index=False)
    except ImportError:
        raise AuditError(
            "Parquet needs pyarrow: pip install 'mlops-audit[parquet]'. Nothing was written."
        ) from None
    return stream.getvalue()


def _head(column: str) -> str:
    return column.removeprefix("metrics.").removeprefix("params.")


def _cell(value: Any) -> Any:
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text[:8] if len(text) in (32, 40) and text.isalnum() else text
