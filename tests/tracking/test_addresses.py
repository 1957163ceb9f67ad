"""Tracking addresses: what they mean and what of them is shown."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from mlops_audit.errors import UsageError
from mlops_audit.facts.store import FactStore
from mlops_audit.tracking import parse_address
from mlops_audit.tracking.address import without_credentials
from mlops_audit.tracking.read import add_tracking_stores

LOGS = Path(__file__).parents[1] / "readers/data/runs"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("http://localhost:5000/", "server", "http://localhost:5000"),
        ("https://ada:pw@mlflow.corp/base?x=1#y", "server", "https://mlflow.corp/base"),
        ("https://ada:p@ss/word@mlflow.corp/base", "server", "https://mlflow.corp/base"),
        ("postgresql://ada:pw@db:5432/mlflow", "database", "postgresql://db:5432/mlflow"),
        ("mysql+pymysql://ada:p%40@db/m?ssl=1", "database", "mysql+pymysql://db/m"),
        ("postgresql:///mlflow?password=pw", "database", "postgresql:///mlflow"),
    ],
)
def test_addresses_are_shown_without_credentials(text: str, kind: str, name: str) -> None:
    address = parse_address(text)
    assert (address.kind, address.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("databricks://profile", "mlflow-export-import"),
        ("ftp://ada:hunter2@host/x", "no way to read 'ftp'"),
        ("nowhere/mlruns", "does not exist"),
        ("sqlite:///", "sqlite:///mlflow.db"),
        ("sqlite:///nowhere.db", "does not exist"),
        ("http://", "names no host"),
        ("http://host:port", "names no host"),
    ],
)
def test_addresses_that_cannot_be_read_are_refused_with_the_mend(text: str, mend: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_address(text)
    assert mend in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_password_is_hidden_however_it_is_written() -> None:
    for address in ("http://a:b@c", "http://a:b@c@d/e@f", "x+y://u:p/w@h/d"):
        assert not {"b", "p"} & set(without_credentials(address).partition("://")[2])


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("{logs}/mlflow-files/mlruns", "{logs}/mlflow-files/mlruns"),
        ("file://{logs}/mlflow-files/mlruns", "{logs}/mlflow-files/mlruns"),
        ("sqlite:///{logs}/mlflow-db/mlflow.db", "{logs}/mlflow-db/mlflow.db"),
        ("{logs}/mlflow-db/mlflow.db", "{logs}/mlflow-db/mlflow.db"),
        (
            "sqlite+pysqlite:///{logs}/mlflow-db/mlflow.db",
            "sqlite+pysqlite:///{logs}/mlflow-db/mlflow.db",
        ),
    ],
)
def test_a_store_is_read_whatever_its_address(
    address: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with FactStore() as store:
        add_tracking_stores(store, [parse_address(address.format(logs=LOGS))])
        query = store.connection.execute
        assert query("SELECT path, runs FROM run_store").fetchall() == [(name.format(logs=LOGS), 3)]
        assert query(
            "SELECT r.experiment, m.value, m.points FROM run_metric AS m JOIN run AS r USING (run)"
            " WHERE m.key = 'val/auc' AND NOT r.deleted"
        ).fetchall() == [("churn", 0.8, 3)]
        assert query("SELECT * FROM diagnostic").fetchall() == []


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("{folder}", "no runs of an MLflow file store"),
        ("{folder}/text.db", "no SQLite database"),
        ("sqlite+pysqlite:///{folder}/other.db", "no tables of MLflow"),
        ("sqlite+pysqlite:///{folder}/text.db", "cannot be read (DatabaseError)"),
        ("postgresql+nodriver://ada:hunter2@127.0.0.1:1/x", "cannot be read"),
        ("mysql+mysqldb://ada:hunter2@127.0.0.1:1/x", "pip install"),
    ],
)
def test_what_is_no_store_is_told_and_nothing_is_raised(
    tmp_path: Path, address: str, problem: str
) -> None:
    (tmp_path / "text.db").write_text("not a database at all, only text\n" * 9)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)").connection.close()
    with FactStore() as store:
        add_tracking_stores(store, [parse_address(address.format(folder=tmp_path))])
        ((text,),) = store.connection.execute("SELECT problem FROM diagnostic").fetchall()
        assert problem in text
        assert "hunter2" not in text


def test_changes_that_are_not_written_back_are_told(tmp_path: Path) -> None:
    database = shutil.copy(LOGS / "mlflow-db/mlflow.db", tmp_path / "mlflow.db")
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE runs SET name = 'later'")
    writer.commit()
    with FactStore() as store:
        add_tracking_stores(store, [parse_address(str(database))])
        ((problem,),) = store.connection.execute("SELECT problem FROM diagnostic").fetchall()
        assert "wal_checkpoint" in problem
        assert store.connection.execute("SELECT count(*) FROM run").fetchone() == (4,)
    writer.close()
