"""Readers of run logs on files that are damaged, hostile or only called like a log."""

import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.readers.runs import READERS
from mlops_audit.readers.runs.rows import is_system
from mlops_audit.repository.kinds import kind_of, size_limit
from mlops_audit.repository.model import SourceFile

LOGS = Path(__file__).parent / "data/runs"
EVENTS = next((LOGS / "tensorboard").rglob("*train/events*")).read_bytes()
WANDB = next((LOGS / "wandb").rglob("*.wandb")).read_bytes()
DATABASE = (LOGS / "mlflow-db/mlflow.db").read_bytes()

PATHS = (
    "runs/a/events.out.tfevents.1.host",
    "wandb/run-20240102_030405-ab/run-ab.wandb",
    "mlflow.db",
    "mlruns/0/0123456789abcdef0123456789abcdef/metrics/auc",
    "mlruns/0/0123456789abcdef0123456789abcdef/meta.yaml",
    "mlruns/models/churn/aliases/champion",
    "lightning_logs/version_0/metrics.csv",
    "out/trainer_state.json",
    "catboost_info/catboost_training.json",
    "dvclive/plots/metrics/train/loss.tsv",
    "wandb/run-20240102_030405-ab/files/wandb-summary.json",
    "sacred_runs/1/run.json",
    "sacred_runs/1/metrics.json",
    "ray_results/search/train_0/result.json",
    "data/09_tracking/metrics.json/2024-01-02T03.04.05.678Z/metrics.json",
    ".metaflow/Flow/17/_meta/_self.json",
    ".guild/runs/0123456789abcdef0123456789abcdef/.guild/attrs/flags",
    ".neptune/offline/run__a__1__b/data-1.log",
    "offline-0123456789abcdef0123456789abcdef/metrics.jsonl",
    "offline-0123456789abcdef0123456789abcdef.zip",
    "comet/0123456789abcdef0123456789abcdef.zip",
    "training_log.csv",
    "metrics.jsonl",
    "history.json",
    "out/train_results.json",
    "describe-training-job.json",
    "executed.ipynb",
)


def source(path: str, role: str = "source") -> SourceFile:
    return SourceFile(path=path, kind=kind_of(path) or "text", size=1, role=role, digest="d")


def read(path: str, content: bytes) -> dict[str, list[tuple[object, ...]]]:
    file = source(path)
    tables: dict[str, list[tuple[object, ...]]] = {}
    for table, rows in read_file(file, content).items():
        if table.startswith(("run", "registered", "diagnostic")):
            tables[table] = rows
    return tables


@pytest.mark.parametrize("path", PATHS)
def test_every_kind_of_log_reaches_a_reader(path: str) -> None:
    kind = kind_of(path) or "text"
    assert size_limit(path, kind, 1_000_000) >= 1_000_000
    assert sum(reader.accepts(source(path)) for reader in READERS) == 1


@given(st.binary(max_size=400), st.sampled_from(PATHS))
def test_any_bytes_are_read(content: bytes, path: str) -> None:
    for reader in READERS:
        if reader.accepts(source(path)):
            list(reader.read(source(path), content))


@given(st.data(), st.sampled_from([(PATHS[0], EVENTS), (PATHS[1], WANDB), (PATHS[2], DATABASE)]))
def test_damaged_logs_are_read_as_far_as_they_go(data, log: tuple[str, bytes]) -> None:
    path, content = log
    start = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.binary(max_size=40))
    for reader in READERS:
        if reader.accepts(source(path)):
            list(reader.read(source(path), content[:start] + damage + content[start + 20 :]))


def test_events_that_are_cut_off_are_said_to_be() -> None:
    tables = read(PATHS[0], EVENTS[:-30])
    assert [row[3] for row in tables["diagnostic"]] == [
        "The event file is damaged or cut off; what stands before was read."
    ]
    assert len(tables["run_metric"]) == 2


def test_a_writer_that_was_never_used_left_no_run() -> None:
    (length,) = struct.unpack_from("<Q", EVENTS)
    assert read(PATHS[0], EVENTS[: length + 16]) == {}


def test_a_record_may_stretch_over_blocks() -> None:
    # A configuration of 60,000 characters between two others.
    def record(key: str, value: str) -> bytes:
        item = field(1, key.encode()) + field(16, f'"{value}"'.encode())
        return field(5, field(1, item))

    def field(number: int, value: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(value)) + value

    def varint(value: int) -> bytes:
        out = bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    content = bytearray(b":W&B\xe1\xbe\x00")
    run = field(17, field(1, b"ab"))
    for data in (run, record("a", "1"), record("long", "x" * 60_000), record("b", "2")):
        first = True
        while True:
            left = 32_768 - len(content) % 32_768
            if left < 7:
                content += bytes(left)
                continue
            part, data = data[: left - 7], data[left - 7 :]
            kind = (1 if not data else 2) if first else (4 if not data else 3)
            content += struct.pack("<IHB", 0, len(part), kind) + part
            first = False
            if not data:
                break
    rows = read(PATHS[1], bytes(content))["run_parameter"]
    assert [(row[2], row[3]) for row in rows] == [("a", "1"), ("b", "2")]


def database(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content


MLFLOW = (
    "CREATE TABLE experiments (experiment_id INTEGER, name TEXT)",
    "CREATE TABLE latest_metrics (run_uuid TEXT, key TEXT, value REAL)",
)


def test_an_empty_database_of_mlflow_holds_no_run() -> None:
    content = database(*MLFLOW, "CREATE TABLE runs (run_uuid TEXT, status TEXT)")
    assert "run" not in read("mlflow.db", content)


def test_a_database_that_was_written_ahead_is_read() -> None:
    content = DATABASE[:18] + b"\x02\x02" + DATABASE[20:]
    assert len(read("mlflow.db", content)["run"]) == 4


@pytest.mark.parametrize(
    "runs",
    [
        "CREATE VIEW runs AS SELECT load_extension('evil') AS run_uuid",
        "CREATE VIEW runs AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t)"
        " SELECT n AS run_uuid FROM t",
        "CREATE TABLE runs (run_uuid TEXT, status TEXT GENERATED ALWAYS AS (upper(run_uuid)))",
    ],
)
def test_a_database_computes_nothing(runs: str) -> None:
    content = database(*MLFLOW, runs)
    assert "run" not in read("mlflow.db", content)


def test_other_databases_are_left_alone() -> None:
    assert read("app.db", database("CREATE TABLE runs (id INTEGER)")) == {}


def test_trials_of_optuna() -> None:
    content = database(
        "CREATE TABLE studies (study_id INTEGER, study_name TEXT)",
        "INSERT INTO studies VALUES (1, 'churn')",
        "CREATE TABLE trials (trial_id INTEGER, number INTEGER, study_id INTEGER, state TEXT)",
        "INSERT INTO trials VALUES (7, 0, 1, 'COMPLETE'), (8, 1, 1, 'PRUNED')",
        "CREATE TABLE trial_values (trial_id INTEGER, objective INTEGER, value REAL)",
        "INSERT INTO trial_values VALUES (7, 0, 0.5)",
        "CREATE TABLE trial_params (trial_id INTEGER, param_name TEXT, param_value REAL)",
        "INSERT INTO trial_params VALUES (7, 'lr', 0.1)",
    )
    tables = read("optuna.db", content)
    assert [(row[1], row[3], row[5]) for row in tables["run"]] == [
        ("churn/0", "churn", "finished"),
        ("churn/1", "churn", "killed"),
    ]
    assert [row[1:5] for row in tables["run_metric"]] == [("churn/0", "value", 0.5, 1)]
    assert [row[1:] for row in tables["run_parameter"]] == [("churn/0", "lr", "0.1")]


def test_the_last_step_of_a_metric_counts_whatever_the_order() -> None:
    content = b"20 0.9 2\n10 0.8 1\n\nbad line here\n30 nan 0\n"
    ((*_, key, value, points, system),) = read(PATHS[3], content)["run_metric"]
    assert (key, value, points, system) == ("auc", 0.9, 3, False)


def test_credentials_in_parameters_and_tags_are_masked() -> None:
    run = "mlruns/0/0123456789abcdef0123456789abcdef"
    ((*_, parameter),) = read(f"{run}/params/db_password", b"hunter2hunter2")["run_parameter"]
    ((*_, tag),) = read(f"{run}/tags/url", b"https://ada:hunter2hunter2@db.corp")["run_tag"]
    assert "hunter2hunter2" not in parameter + tag


@pytest.mark.parametrize(
    "key",
    [
        *("epoch", "step", "global_step", "trainer/global_step", "epochs_trained", "iteration"),
        *("learning_rate", "lr", "lr/pg0", "lr-Adam", "train/learning_rate", "epoch_learning_rate"),
        *("system/cpu_utilization_percentage", "gpu.0.memory", "_runtime", "_wandb.runtime"),
        *("train_runtime", "eval_samples_per_second", "total_flos", "time", "training_time"),
        *("global_step/sec", "system.disk", "timestamp"),
    ],
)
def test_what_the_machine_did_is_no_result(key: str) -> None:
    assert is_system(key)


@pytest.mark.parametrize(
    "key",
    [
        *("val_loss", "epoch_loss", "train/loss_step", "accuracy", "metrics/mAP50(B)", "eval_wer"),
        *(
            "loss_epoch",
            "f1",
            "rmse",
            "r2",
            "best",
            "train_elbo",
            "reward_mean",
            "time_to_event_auc",
        ),
        *("disk_failure_recall", "lrap", "timeliness", "step_count_error", "val/auc"),
    ],
)
def test_results_of_training(key: str) -> None:
    assert not is_system(key)
