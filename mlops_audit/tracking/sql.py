"""Tracking databases of any engine that SQLAlchemy knows, asked for nothing but their tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlops_audit.errors import UsageError
from mlops_audit.readers.runs.mlflow_tables import NEEDED, mlflow_rows
from mlops_audit.schema import Diagnostic
from mlops_audit.text import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

READER = "tracking-database"
_ROW_LIMIT = 20_000_000
_BATCH = 10_000
_SECONDS = 15


def database_rows(address: str, store: str, *, history: bool = False) -> Iterator[Any]:
    """Yield finished rows of the database at an address; problems are diagnostics.

    Raises:
        UsageError: SQLAlchemy is not installed.
    """
    try:
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise UsageError(
            "reading a tracking database other than SQLite needs SQLAlchemy and the driver of the"
            " database: pip install 'mlops-audit[databases]'"
        ) from None
    try:
        with _opened(address) as connection:
            database = SqlTables(connection)
            if database.tables >= NEEDED:
                yield from mlflow_rows(store, database, history=history)
            else:
                problem = "The database holds no tables of MLflow. Is it the right one?"
                yield Diagnostic(store, None, READER, problem, True)
    except ImportError as error:
        driver = shown(error.name or "its driver", 60)
        problem = f"The database needs the Python package {driver}: pip install {driver}"
        yield Diagnostic(store, None, READER, problem, True)
    except (SQLAlchemyError, ValueError, OSError) as error:
        # What a driver says may quote the address with its password, so only its kind is told.
        kind = type(getattr(error, "orig", None) or error).__name__
        problem = (
            f"The database cannot be read ({kind}). Is it up, are user and password right, may the"
            " user read the tables of MLflow?"
        )
        yield Diagnostic(store, None, READER, problem, True)


class SqlTables:
    """The tables of an open connection."""

    def __init__(self, connection: "Connection") -> None:
        """List the tables and their columns."""
        from sqlalchemy import inspect

        inspector = inspect(connection)
        self._connection = connection
        self._columns = {
            table: frozenset(column["name"] for column in inspector.get_columns(table))
            for table in inspector.get_table_names()
        }

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables."""
        return frozenset(self._columns)

    def rows(
        self, table: str, columns: Sequence[str], *, order: str = ""
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the columns of a table; what it does not have is None, or no row."""
        from sqlalchemy import column, null, select
        from sqlalchemy import table as named

        there = self._columns.get(table)
        if there is None:
            return
        wanted = [
            column(name) if name in there else null().label(f"missing_{number}")
            for number, name in enumerate(columns)
        ]
        query = select(*wanted).select_from(named(table)).limit(_ROW_LIMIT)
        if order in there:
            query = query.order_by(column(order))
        yield from self._answer(query)

    def counts(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield each combination of the columns and how many rows have it."""
        from sqlalchemy import column, func, select
        from sqlalchemy import table as named

        if not self._columns.get(table, frozenset()).issuperset(columns):
            return
        names: list[Any] = [column(name) for name in columns]
        query = select(*names, func.count()).select_from(named(table)).group_by(*names)
        yield from self._answer(query)

    def _answer(self, query: Any) -> Iterator[tuple[Any, ...]]:
        options = {"stream_results": True, "yield_per": _BATCH}
        for row in self._connection.execute(query, execution_options=options):
            yield tuple(row)


@contextmanager
def _opened(address: str) -> Iterator["Connection"]:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.pool import NullPool

    url = make_url(address)
    if url.drivername == "postgres":
        url = url.set(drivername="postgresql")
    postgresql = url.get_backend_name() == "postgresql"
    arguments = {"connect_timeout": _SECONDS} if postgresql else {}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    options = {"postgresql_readonly": True} if postgresql else {}
    try:
        with engine.connect().execution_options(**options) as connection:
            yield connection
    finally:
        engine.dispose()
