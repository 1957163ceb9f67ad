"""What templates of charts are filled with, where a fact needs it: when a schedule runs."""

import re
import sqlite3

_VALUE = re.compile(
    r"\s*\{\{-?\s{0,5}\.Values\.([\w.]{1,200})(?:\s{0,5}\|[^{}]{0,100}|\s{0,5})-?\}\}\s*"
)


def fill_schedules(connection: sqlite3.Connection) -> None:
    """Put the values of a chart into the schedules of its templates."""
    query = (
        "SELECT rowid, path, detail FROM automation_trigger"
        " WHERE kind = 'schedule' AND detail LIKE '%.Values.%' ORDER BY path, line"
    )
    for row, path, detail in connection.execute(query).fetchall():
        match = _VALUE.fullmatch(detail)
        chart, inside, _ = path.rpartition("/templates/")
        if match is None or not inside:
            continue
        values = connection.execute(
            "SELECT value FROM setting WHERE key = ? AND path IN (?, ?)",
            (match[1].strip(), f"{chart}/values.yaml", f"{chart}/values.yml"),
        ).fetchall()
        if len(values) == 1:
            connection.execute(
                "UPDATE automation_trigger SET detail = ? WHERE rowid = ?", (values[0][0], row)
            )
