"""A tracking server of MLflow, started for real and read by its address."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from mlops_audit.facts.store import FactStore
from mlops_audit.tracking import parse_address
from mlops_audit.tracking.read import add_tracking_stores

TABLES = ("run_metric", "run_parameter", "run_input", "run_point", "run_tag")


@pytest.fixture(scope="session")
def server(mlflow_python: str, mlflow_environment: dict[str, str], filled: Path) -> Iterator[str]:
    """Start a server over the filled store; return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [mlflow_python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--backend-store-uri", f"sqlite:///{filled}", "--workers", "1"]
    log = (filled.parent / "server.log").open("wb")
    process = subprocess.Popen(
        words, cwd=filled.parent, env=mlflow_environment, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address, Path(log.name))
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def facts(address: str) -> FactStore:
    store = FactStore()
    add_tracking_stores(store, [parse_address(address)])
    return store


def rows(store: FactStore, table: str) -> list[tuple[object, ...]]:
    """Return the rows of a table without the name of the store."""
    found = store.connection.execute(f"SELECT * FROM {table}").fetchall()
    return sorted((row[1:] for row in found), key=repr)


def test_a_server_says_what_its_database_says(server: str, filled: Path) -> None:
    with facts(server) as asked, facts(f"sqlite:///{filled}") as read:
        assert rows(asked, "diagnostic") == rows(read, "diagnostic") == []
        assert asked.connection.execute("SELECT * FROM run_store").fetchall() == [
            (server, "mlflow-server", 2)
        ]
        for table in TABLES:
            assert rows(asked, table) == rows(read, table)
        query = (
            "SELECT run, experiment, name, status, deleted, started_at, ended_at, source,"
            " commit_sha, user, parent FROM run ORDER BY run"
        )
        assert (
            asked.connection.execute(query).fetchall() == read.connection.execute(query).fetchall()
        )
        models = asked.connection.execute(
            "SELECT name, version, stage FROM registered_model ORDER BY version"
        ).fetchall()
        assert models == [("churn", "1", None), ("churn", "2", "champion")]


def test_an_audit_counts_the_runs_of_a_server(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "train.py").write_text(
        "import mlflow\nfrom sklearn.svm import SVC\nmlflow.autolog()\nSVC().fit(X, y)\n"
    )
    words = [sys.executable, "-m", "mlops_audit", str(folder), "-q", "--no-cache"]
    words += ["--tracking-uri", server, "--format", "json", "--output", "-"]
    report = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    assert report["runs"]["stores"] == [{"path": server, "kind": "mlflow-server", "runs": 2}]
    child = next(run for run in report["runs"]["runs"] if run["name"] == "child")
    assert child["commit"] == "5" * 40
    (linked,) = (row for row in report["results"] if row["rule"] == "run-without-parameter")
    assert linked["status"] == "pass"


def test_credentials_in_a_run_and_in_an_address_are_never_printed(server: str) -> None:
    address = server.replace("http://", "http://ada:hunter3hunter3@")
    words = [sys.executable, "-m", "mlops_audit", "runs", address, "--format", "csv"]
    told = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "hunter" not in (told.stdout + told.stderr).replace("hunt****", "")
    assert "val/auc" in told.stdout
