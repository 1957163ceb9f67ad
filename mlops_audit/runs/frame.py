"""Runs as a pandas table: one row a run; metrics, parameters and tags as columns."""

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Columns that every run has, in the order in which they are shown and exported.
COLUMNS = (
    *("store", "kind", "experiment", "run", "name", "status", "started", "ended", "seconds"),
    *("user", "source", "commit", "dirty", "parent", "data", "models", "deleted"),
)
_RUNS = """
SELECT r.store, s.kind, r.experiment, r.run, r.name, r.status, r.started_at AS started,
       r.ended_at AS ended, r.ended_at - r.started_at AS seconds, r.user, r.source,
       r.commit_sha AS "commit", r.dirty, r.parent, d.data, m.models, r.deleted
FROM run AS r
LEFT JOIN (SELECT path, min(kind) AS kind FROM run_store GROUP BY path) AS s ON s.path = r.store
LEFT JOIN (
  SELECT store, run, group_concat(name || coalesce('@' || digest, ''), ', ') AS data
  FROM run_input GROUP BY store, run
) AS d ON d.store = r.store AND d.run = r.run
LEFT JOIN (
  SELECT run, group_concat(name || ' ' || version || coalesce(' ' || stage, ''), ', ') AS models
  FROM registered_model WHERE run IS NOT NULL GROUP BY run
) AS m ON m.run = r.run
ORDER BY r.store, r.started_at, r.run
"""
_WIDE = (
    ("metrics", "SELECT store, run, key, value FROM run_metric"),
    ("params", "SELECT store, run, key, value FROM run_parameter"),
    ("tags", "SELECT store, run, key, value FROM run_tag WHERE key <> 'mlflow.log-model.history'"),
)


def run_table(connection: sqlite3.Connection, *, deleted: bool = False) -> "pd.DataFrame":
    """Return the runs with `metrics.…`, `params.…` and `tags.…` columns; times are in UTC.

    Without ``deleted``, runs in the trash are left out. What a run does not have is missing.
    """
    import pandas as pd

    runs = pd.read_sql_query(_RUNS, connection)
    if not deleted:
        runs = runs[runs["deleted"] == 0]
    for column in ("started", "ended"):
        # A clock that was set to the year 9999 is no time; the run stays.
        runs[column] = pd.to_datetime(runs[column], unit="s", utc=True, errors="coerce")
    runs["seconds"] = runs["seconds"].where(runs["seconds"] >= 0)
    for column in ("dirty", "deleted"):
        runs[column] = runs[column].astype("boolean")
    runs = runs.set_index(["store", "run"], drop=False)
    parts = [runs]
    for prefix, query in _WIDE:
        long = pd.read_sql_query(query, connection)
        if long.empty:
            continue
        long = long.drop_duplicates(["store", "run", "key"], keep="last")
        wide = long.set_index(["store", "run", "key"])["value"].unstack("key")
        wide.columns = pd.Index([f"{prefix}.{key}" for key in wide.columns])
        parts.append(wide.reindex(runs.index))
    return pd.concat(parts, axis=1).reset_index(drop=True)


def history_table(connection: sqlite3.Connection, metric: str) -> "pd.DataFrame":
    """Return the values of one metric: store, run, name, step, time, value; one row a value.

    A run that recorded a single value has one row without a step.
    """
    import pandas as pd

    query = """
    SELECT r.store, r.run, r.name, p.step, p.time, p.value
    FROM run_point AS p JOIN run AS r ON r.store = p.store AND r.run = p.run
    WHERE p.key = ? AND NOT r.deleted
    UNION ALL
    SELECT r.store, r.run, r.name, NULL, NULL, m.value
    FROM run_metric AS m JOIN run AS r ON r.store = m.store AND r.run = m.run
    WHERE m.key = ? AND NOT r.deleted AND NOT EXISTS (
      SELECT 1 FROM run_point AS p WHERE p.store = m.store AND p.run = m.run AND p.key = m.key
    )
    """
    found = pd.read_sql_query(query, connection, params=(metric, metric))
    found["step"] = found["step"].astype("Int64")
    found["time"] = pd.to_datetime(found["time"], unit="s", utc=True, errors="coerce")
    return found


def compared(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return runs side by side: a row for each column in which they differ, a column a run."""
    import pandas as pd

    names = _distinct([str(run) for run in table["run"]])
    rows: dict[str, list[Any]] = {}
    for column in table.columns:
        values = [None if pd.isna(value) else value for value in table[column]]
        if column not in ("store", "run", "deleted") and len({str(value) for value in values}) > 1:
            rows[column] = values
    found = pd.DataFrame.from_dict(rows, orient="index", columns=names, dtype=object)
    return found.rename_axis("what").reset_index()


def shown_columns(
    table: "pd.DataFrame", *, width: int, system: frozenset[str], asked: str = ""
) -> list[str]:
    """Return the columns that fit into a width: what tells runs apart, and their results.

    ``system`` holds metrics that are no results; the column that was ``asked`` for is shown.
    """
    chosen = ["run"]
    for column in ("name", "status", "started"):
        if table[column].replace("", None).notna().any():
            chosen.append(column)
    if asked and asked not in chosen:
        chosen.append(asked)
    counts = {str(column): int(count) for column, count in table.notna().sum().items()}
    found = [
        column
        for column in counts
        if column.startswith("metrics.") and column.removeprefix("metrics.") not in system
    ]
    # What all runs have in common tells nothing about any of them.
    varied = [
        column
        for column in counts
        if column.startswith("params.") and table[column].nunique(dropna=False) > 1
    ]
    room = max(2, (width - 60) // 14)
    for columns, limit in ((found, max(1, room - 2)), (varied, 2)):
        columns = [column for column in columns if column not in chosen]
        chosen += sorted(columns, key=lambda column: -counts[column])[:limit]
    if room > 4:
        chosen += ["experiment", "commit"]
    return chosen


def _distinct(names: list[str]) -> list[str]:
    """Return names short enough for the heads of columns, and all different."""
    for length in (8, 16, 250):
        short = [name[:length] for name in names]
        if len(set(short)) == len(names):
            return short
    return [f"{name} ({number})" for number, name in enumerate(names, start=1)]
