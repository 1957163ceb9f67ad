"""Turning row classes into SQL tables and documentation."""

import re
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

#: Column kinds that recur in many tables.
Path = Annotated[str, "repository-relative path with /"]
Line = Annotated[int | None, "1-based line; in a notebook the line inside the cell"]
EndLine = Annotated[int | None, "last line, inclusive"]
CellIndex = Annotated[
    int | None, "0-based index of the cell in a Jupyter notebook; NULL where lines are of the file"
]
Scope = Annotated[
    str,
    "unit of code or automation inside the file: '' for module or script level, a dotted qualified"
    " name for a function or method, 'job:NAME', 'stage:NAME' or 'task:NAME' for automation",
]


#: A row class is a NamedTuple whose docstring says what one row is.
Row = tuple[Any, ...]


class Column(NamedTuple):
    """One column of a fact table."""

    name: str
    type: str
    nullable: bool
    description: str


_SQL_TYPES = {str: "TEXT", int: "INTEGER", bool: "INTEGER", float: "REAL"}


def table_name(row: type[Any]) -> str:
    """Return the SQL name of a row class: its name in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", row.__name__).lower()


def columns(row: type[Any]) -> tuple[Column, ...]:
    """Return the documented columns of a row class in storage order."""
    found = []
    for name, hint in get_type_hints(row, include_extras=True).items():
        description = ""
        while get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            description = description or str(notes[-1])
        arguments = [part for part in get_args(hint) if part is not type(None)]
        nullable = bool(get_args(hint)) and type(None) in get_args(hint)
        found.append(
            Column(name, _SQL_TYPES[arguments[0] if arguments else hint], nullable, description)
        )
    return tuple(found)


def create_statement(row: type[Any]) -> str:
    """Return the CREATE TABLE statement of a row class."""
    body = ",\n  ".join(
        f"{column.name} {column.type}{'' if column.nullable else ' NOT NULL'}"
        for column in columns(row)
    )
    return f"CREATE TABLE {table_name(row)} (\n  {body}\n)"
