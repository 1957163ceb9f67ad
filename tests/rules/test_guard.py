from pathlib import Path

import pytest

from mlops_audit.facts.store import COLUMNS, FactStore
from mlops_audit.rules.guard import QueryError, run


def ask(store: FactStore, sql: str, **parameters: object) -> list[tuple[object, ...]]:
    return run(store.connection, sql, parameters, tables=COLUMNS, seconds=0.1).rows


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE call",
        "INSERT INTO trait VALUES ('x', 'y', NULL, NULL)",
        "UPDATE call SET name = ''",
        "WITH x AS (SELECT 1) DELETE FROM call",
        "CREATE TABLE x (y)",
        "CREATE TEMP VIEW x AS SELECT 1",
        "ATTACH DATABASE '{folder}/x.sqlite' AS x",
        "VACUUM INTO '{folder}/x.sqlite'",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM pragma_table_info('call')",
        "SELECT count(*) FROM pragma_database_list",
        "SELECT sql FROM sqlite_master",
        "SELECT count(*) FROM sqlite_master",
        "SELECT load_extension('x')",
        "SELECT random()",
        "SELECT zeroblob(1000000000)",
        "SELECT count(*) FROM call JOIN job USING (path)",
        "SELECT count(*) FROM call NATURAL LEFT JOIN job",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "SELECT :missing",
        "",
    ],
)
def test_whatever_is_no_bounded_reading_is_refused(
    store: FactStore, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(QueryError):
        ask(store, sql.format(folder=tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert store.counts()["trait"] == 0


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) "
        "SELECT count(*) FROM n a, n b, n c",
    ],
)
def test_an_endless_query_is_stopped(store: FactStore, sql: str) -> None:
    with pytest.raises(QueryError, match=r"more than 0\.1 seconds"):
        ask(store, sql)
    assert ask(store, "SELECT 1") == [(1,)]


def test_a_huge_text_is_not_made(store: FactStore) -> None:
    try:
        rows = ask(store, "SELECT printf('%1000000000d', 1)")
    except QueryError:
        return  # newer versions of SQLite
    assert rows == [(None,)]


def test_reads_are_named_also_behind_views_and_common_tables(store: FactStore) -> None:
    store.connection.execute("CREATE TEMP VIEW fits AS SELECT path, line FROM call")
    sql = "WITH t AS (SELECT path FROM fits) SELECT count(*) FROM t JOIN job ON job.path = t.path"
    answer = run(store.connection, sql, {}, tables={*COLUMNS, "fits"})
    assert {("call", "path"), ("job", "path")} <= answer.reads
    assert ("call", "target") not in answer.reads
    with pytest.raises(QueryError, match="fits"):
        run(store.connection, sql, {}, tables=COLUMNS)


def test_the_store_can_be_written_again_afterwards(store: FactStore) -> None:
    ask(store, "SELECT json_extract('[1]', '$[0]'), upper('a') FROM json_each('[1, 2]')")
    store.add("trait", [("trains", "it does", None, None)])
    assert ask(store, "SELECT name FROM trait WHERE name = :name", name="trains") == [("trains",)]
