"""Stores of runs that are read as a whole say what their files say one by one."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.facts.collect import collect
from mlops_audit.facts.run_stores import add_database, add_file_store
from mlops_audit.facts.store import FactStore
from mlops_audit.linking.runs import merge_runs
from mlops_audit.readers.runs.file_store import _quick_point
from mlops_audit.readers.runs.mlflow_files import last_point
from mlops_audit.repository import open_repository

LOGS = Path(__file__).parent / "data/runs"
TABLES = ("run", "run_metric", "run_parameter", "run_tag", "run_input", "registered_model")


def content(store: FactStore, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(store.connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in tables
    }


def many(folder: Path, runs: int) -> Path:
    """Copy one run of the fixture so often that its store is a large one."""
    shutil.copytree(LOGS / "mlflow-files", folder)
    (parameter,) = (folder / "mlruns").glob("*/*/params/depth")
    original = parameter.parents[1]
    for number in range(runs):
        identity = f"{number:032x}"
        copy = original.parent / identity
        shutil.copytree(original, copy)
        meta = copy / "meta.yaml"
        meta.write_text(meta.read_text().replace(original.name, identity))
    return folder


def test_a_file_store_read_as_a_whole_says_what_its_files_say() -> None:
    with FactStore() as whole, collect(open_repository(LOGS / "mlflow-files"), jobs=1) as single:
        add_file_store(whole, str(LOGS / "mlflow-files/mlruns"), "mlruns", history=True)
        merge_runs(whole)
        merge_runs(single)
        tables = (*TABLES, "run_point", "run_store")
        found, expected = content(whole, *tables), content(single, *tables)
        for table in ("run", "registered_model"):
            # Which file the row comes from; the single files of a run name its folder as well.
            assert [row[:2] + row[3:] for row in found[table]] == [
                row[:2] + row[3:] for row in expected[table]
            ]
        assert found == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_large_store_costs_no_row_for_each_of_its_files(tmp_path: Path, jobs: int) -> None:
    folder = many(tmp_path / "repository", 450)
    (folder / "train.py").write_text("x = 1\n")
    with collect(open_repository(folder), jobs=jobs) as store:
        merge_runs(store)
        query = store.connection.execute
        assert query("SELECT path, kind, runs FROM run_store").fetchall() == [
            ("mlruns", "mlflow-files", 453)
        ]
        assert query("SELECT path FROM file").fetchall() == [("train.py",)]
        assert query(
            "SELECT count(*), count(DISTINCT run), min(value), max(points) FROM run_metric"
            " WHERE key = 'val/auc'"
        ).fetchall() == [(451, 451, 0.8, 3)]
        assert query("SELECT count(*) FROM registered_model").fetchone() == (1,)
        assert query("SELECT path, problem, lost FROM diagnostic").fetchall() == [
            ("mlruns", "a large store of runs; only its runs and registered models are read", 0)
        ]


def test_runs_without_a_whole_meta_are_told_and_the_others_read(tmp_path: Path) -> None:
    folder = many(tmp_path / "repository", 101)
    (experiment,) = folder.glob("mlruns/*/" + "0" * 32)
    (experiment / "meta.yaml").unlink()
    (experiment.parent / f"{1:032x}/meta.yaml").write_text("run_id: 'half writ")
    with collect(open_repository(folder), jobs=1) as store:
        rows = store.connection.execute(
            "SELECT path, problem FROM diagnostic WHERE lost ORDER BY path"
        ).fetchall()
        assert [path.rpartition("/")[2] for path, _ in rows] == ["0" * 32, f"{1:032x}"]
        assert "missing" in rows[0][1] and "damaged" in rows[1][1]
        assert all("Restore it" in problem for _, problem in rows)
        (count,) = store.connection.execute(
            "SELECT count(*) FROM run WHERE status = 'unknown' AND NOT deleted"
        ).fetchone()
        assert count == 2


def test_a_large_metric_file_is_told_by_its_end(tmp_path: Path) -> None:
    folder = many(tmp_path / "repository", 101)
    (metric,) = folder.glob("mlruns/*/" + "0" * 32 + "/metrics/val/auc")
    metric.write_text("".join(f"1700000000000 0.5 {step}\n" for step in range(400_000)))
    with metric.open("a") as file:
        file.write("1700000000001 0.75 400000\n")
    with collect(open_repository(folder), jobs=1) as store:
        query = f"SELECT value, points FROM run_metric WHERE run = '{'0' * 32}' AND key = 'val/auc'"
        assert store.connection.execute(query).fetchall() == [(0.75, 400_001)]
        ((problem,),) = store.connection.execute(
            "SELECT problem FROM diagnostic WHERE path LIKE '%val/auc'"
        ).fetchall()
        assert "Log it less often" in problem


def test_links_in_a_store_are_not_followed(tmp_path: Path) -> None:
    folder = many(tmp_path / "repository", 101)
    (tmp_path / "secret").write_text("1700000000000 0.123 0\n")
    (run,) = folder.glob("mlruns/*/" + "0" * 32)
    (run / "metrics/stolen").symlink_to(tmp_path / "secret")
    (run / "params/stolen").symlink_to(tmp_path / "secret")
    with collect(open_repository(folder), jobs=1) as store:
        for table in ("run_metric", "run_parameter"):
            query = f"SELECT count(*) FROM {table} WHERE key = 'stolen'"
            assert store.connection.execute(query).fetchone() == (0,)


metrics = st.lists(
    st.tuples(
        st.integers(-1, 3) | st.just(1_700_000_000_000),
        st.sampled_from(["0.5", "nan", "inf", "-1e3", "x", "1_0"]),
        st.integers(-1, 4) | st.sampled_from(["", "1 data 0", "0.5"]),
    ),
    max_size=5,
)


@given(metrics, st.sampled_from(["\n", ""]))
def test_a_quick_look_at_a_metric_sees_what_a_long_one_sees(points, end: str) -> None:
    text = "\n".join(f"{time} {value} {step}" for time, value, step in points) + end
    quick = _quick_point(text.encode())
    assert quick is None or quick == last_point(text.encode())


def test_a_database_on_the_disk_says_what_its_bytes_say(tmp_path: Path) -> None:
    database = shutil.copy(LOGS / "mlflow-db/mlflow.db", tmp_path / "mlflow.db")
    with FactStore() as whole, collect(open_repository(tmp_path), jobs=1) as single:
        add_database(whole, str(database), "mlflow.db")
        tables = (*TABLES, "run_point", "run_store")
        assert content(whole, *tables) == content(single, *tables)
        assert len(content(whole, "run_point")["run_point"]) == 3


def test_a_database_that_is_locked_is_read_and_one_that_is_damaged_is_told(tmp_path: Path) -> None:
    database = Path(shutil.copy(LOGS / "mlflow-db/mlflow.db", tmp_path / "mlflow.db"))
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with FactStore() as store:
        add_database(store, str(database), "mlflow.db")
        assert len(content(store, "run")["run"]) == 4
        assert content(store, "diagnostic")["diagnostic"] == []
    writer.execute("ROLLBACK")
    writer.close()
    database.write_bytes(database.read_bytes()[:7_000])
    with FactStore() as store:
        add_database(store, str(database), "mlflow.db")
        ((path, _, _, problem, lost),) = content(store, "diagnostic")["diagnostic"]
        assert (path, lost) == ("mlflow.db", 1)
        assert ".recover" in problem


def test_a_database_beyond_the_size_of_files_is_read_where_it_lies(tmp_path: Path) -> None:
    database = shutil.copy(LOGS / "mlflow-db/mlflow.db", tmp_path / "mlflow.db")
    size = Path(database).stat().st_size
    with collect(open_repository(tmp_path, max_file_bytes=size // 20), jobs=1) as store:
        merge_runs(store)
        assert len(content(store, "run")["run"]) == 4
        assert content(store, "run_store")["run_store"] == [("mlflow.db", "mlflow-db", 3)]


def test_a_log_that_is_too_large_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/metrics.csv").write_text("epoch,loss\n" + "1,0.5\n" * 1_000)
    (tmp_path / "a/customers.csv").write_text("id\n" + "1\n" * 10_000)
    with collect(open_repository(tmp_path, max_file_bytes=2_000), jobs=1) as store:
        ((path, problem),) = store.connection.execute("SELECT path, problem FROM diagnostic")
        assert path == "a/metrics.csv"
        assert "max_file_bytes" in problem
