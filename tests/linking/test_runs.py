"""Runs as the real libraries leave them, put together from their files."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_audit.facts.collect import collect
from mlops_audit.facts.store import FactStore
from mlops_audit.linking.runs import merge_runs
from mlops_audit.repository import open_repository
from mlops_audit.schema import Run

LOGS = Path(__file__).parents[1] / "readers/data/runs"

Query = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., Query]]:
    """Return a function that reads the logs of a tool, or the given files, and merges them."""
    stores: list[FactStore] = []

    def run(tool: str = "", **files: str) -> Query:
        root = tmp_path / f"repository{len(stores)}"
        if tool:
            shutil.copytree(LOGS / tool, root)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        store = collect(open_repository(root), jobs=1)
        stores.append(store)
        merge_runs(store)
        return lambda query: store.connection.execute(query).fetchall()

    yield run
    for store in stores:
        store.close()


def runs(query: Query) -> dict[str, Run]:
    found = [Run(*row) for row in query("SELECT * FROM run")]
    assert len({(run.store, run.run) for run in found}) == len(found)
    return {run.name or run.run: run for run in found}


def results(query: Query, run: str) -> dict[object, tuple[object, object]]:
    rows = query(
        f"SELECT key, round(value, 2), points FROM run_metric WHERE run = '{run}' AND NOT system"
    )
    return {key: (value, points) for key, value, points in rows}


@pytest.mark.parametrize(
    ("tool", "store", "kind"),
    [("mlflow-files", "mlruns", "mlflow-files"), ("mlflow-db", "mlflow.db", "mlflow-db")],
)
def test_both_stores_of_mlflow_say_the_same(read, tool: str, store: str, kind: str) -> None:
    query = read(tool)
    assert query("SELECT * FROM run_store") == [(store, kind, 3)]
    found = runs(query)
    search, child, broken = found["search"], found["child"], found["broken"]
    assert (search.status, child.status, broken.status) == ("finished", "finished", "failed")
    assert child.experiment == "churn"
    assert child.parent == search.run
    assert child.commit_sha == "5" * 40
    assert child.source == "make.py"
    assert child.started_at is not None and child.ended_at is not None
    assert search.commit_sha is None
    assert results(query, child.run) == {"val/auc": (0.8, 3), "loss": (None, 1)}
    assert query("SELECT key FROM run_metric WHERE system") == [
        ("system/cpu_utilization_percentage",)
    ]
    assert sorted(query(f"SELECT key, value FROM run_parameter WHERE run = '{child.run}'")) == [
        ("depth", "3"),
        ("lr", "0.1"),
    ]
    assert query("SELECT run, name, digest, context FROM run_input") == [
        (child.run, "customers", "ebd67c81", "training")
    ]
    assert query("SELECT store, name, version, stage, run FROM registered_model") == [
        ("mlflow", "churn", "1", "champion", child.run)
    ]
    assert sum(run.deleted for run in found.values()) >= 1


def test_what_lies_in_the_trash_of_mlflow_is_deleted(read) -> None:
    found = runs(read("mlflow-files"))
    assert {run.experiment for run in found.values() if run.deleted} == {"abandoned", "churn"}


def test_the_default_experiment_of_mlflow_alone_is_no_store(read) -> None:
    meta = (
        "artifact_location: mlruns/0\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n"
    )
    query = read(**{"mlruns/0/meta.yaml": meta, "wandb/debug.log": "INFO\n"})
    assert query("SELECT count(*) FROM run_store") == [(0,)]
    assert query("SELECT count(*) FROM run") == [(0,)]


def test_runs_of_early_mlflow_call_their_id_otherwise(read) -> None:
    run = "0123456789abcdef0123456789abcdef"
    meta = f"run_uuid: {run}\nexperiment_id: 1\nstatus: 5\nlifecycle_stage: active\nname: ''\n"
    query = read(
        **{f"logs/1/{run}/meta.yaml": meta, f"logs/1/{run}/metrics/auc": "17 0.5\n18 0.7\n"}
    )
    assert runs(query)[run].status == "killed"
    assert runs(query)[run].path == f"logs/1/{run}"
    assert results(query, run) == {"auc": (0.7, 2)}
    assert query("SELECT path FROM run_store") == [("logs",)]


def test_a_registered_version_is_traced_over_its_logged_model_to_the_run(read) -> None:
    run, model = "0123456789abcdef0123456789abcdef", "m-" + "a" * 32
    query = read(
        **{
            f"mlruns/1/{run}/meta.yaml": f"run_id: {run}\nexperiment_id: '1'\nstatus: 3\n",
            f"mlruns/1/models/{model}/meta.yaml": f"model_id: {model}\nsource_run_id: {run}\n",
            "mlruns/models/churn/version-2/meta.yaml": (
                f"name: churn\nversion: 2\ncurrent_stage: None\nrun_id: ''\nmodel_id: {model}\n"
            ),
        }
    )
    assert query("SELECT name, version, stage, run FROM registered_model") == [
        ("churn", "2", None, run)
    ]


def test_an_offline_run_of_wandb_is_read_from_its_binary_log(read) -> None:
    query = read("wandb")
    ((store, kind, count),) = query("SELECT * FROM run_store")
    assert (store, kind, count) == ("wandb", "wandb", 1)
    run = runs(query)["first"]
    assert run.experiment == "churn"
    assert run.status == "finished"
    assert str(run.source).endswith("/train.py")
    assert len(str(run.commit_sha)) == 40
    assert run.started_at is not None
    assert results(query, run.run) == {"val/auc": (0.9, 3), "best": (0.9, 1)}
    assert query("SELECT key, value FROM run_parameter ORDER BY key") == [
        ("lr", "0.1"),
        ("model.depth", "3"),
    ]
    assert ("git.remote", "https://example.org/churn.git") in query(
        "SELECT key, value FROM run_tag"
    )


def test_an_online_run_of_wandb_is_read_from_its_files(read) -> None:
    folder = "wandb/run-20240102_030405-ab12cd34/files"
    query = read(
        **{
            f"{folder}/config.yaml": (
                "wandb_version: 1\n_wandb: {value: {t: 1}}\nlr: {desc: null, value: 0.1}\n"
            ),
            f"{folder}/wandb-summary.json": (
                '{"acc": 0.9, "_step": 5, "plot": {"_type": "image", "size": 7}}'
            ),
            f"{folder}/wandb-metadata.json": (
                '{"startedAt": "2024-01-02T03:04:05.5", "program": "-m churn.train",'
                ' "git": {"commit": "abc"}, "username": "ada"}'
            ),
        }
    )
    run = runs(query)["ab12cd34"]
    assert (run.started_at, run.source, run.commit_sha, run.user) == (
        1704164645,
        "churn/train.py",
        "abc",
        "ada",
    )
    assert results(query, "ab12cd34") == {"acc": (0.9, 1)}
    assert query("SELECT key, value FROM run_parameter") == [("lr", "0.1")]


def test_events_of_training_and_validation_are_one_run(read) -> None:
    query = read("tensorboard")
    assert query("SELECT * FROM run_store") == [("logs/fit", "tensorboard", 3)]
    assert results(query, "20240102-030405") == {
        "train/epoch_loss": (0.33, 3),
        "validation/epoch_loss": (0.33, 3),
    }
    assert results(query, "newer") == {"epoch_auc": (1.0, 3)}
    assert results(query, "notes") == {}
    assert runs(query)["20240102-030405"].started_at is not None


@pytest.mark.parametrize(
    ("tool", "store", "kind", "run", "measured"),
    [
        ("dvclive", "dvclive", "dvclive", "dvclive", {"train/loss": (0.33, 3)}),
        (
            "lightning",
            "lightning_logs",
            "lightning",
            "version_0",
            {"train_loss": (0.03, 4), "val_loss": (0.02, 2)},
        ),
        (
            "lightning",
            "lightning_logs",
            "lightning",
            "version_1",
            {"train_loss": (0.01, 4), "val_loss": (0.01, 2)},
        ),
        (
            "catboost",
            "catboost_info",
            "catboost",
            "catboost_info",
            {"learn/Logloss": (0.66, 3), "test/Logloss": (0.66, 3)},
        ),
        (
            "ultralytics",
            "runs/classify",
            "ultralytics",
            "train",
            {
                "train/loss": (0.67, 2),
                "val/loss": (0.69, 2),
                "metrics/accuracy_top1": (0.5, 2),
                "metrics/accuracy_top5": (1.0, 2),
            },
        ),
        (
            "hf-trainer",
            "out",
            "hf-trainer",
            "out",
            {
                "loss": (0.95, 2),
                "eval_loss": (0.95, 2),
                "train_loss": (0.95, 1),
                "grad_norm": (0.86, 2),
            },
        ),
    ],
)
def test_results_in_the_logs_of_frameworks(read, tool, store, kind, run, measured) -> None:
    query = read(tool)
    ((path, found, _),) = query("SELECT * FROM run_store")
    assert (path, found) == (store, kind)
    assert results(query, run) == measured


@pytest.mark.parametrize(
    ("tool", "parameter"),
    [("dvclive", ("lr", "0.1")), ("lightning", ("lr", "0.1")), ("ultralytics", ("epochs", "2"))],
)
def test_parameters_in_the_logs_of_frameworks(read, tool: str, parameter: tuple[str, str]) -> None:
    assert parameter in read(tool)("SELECT key, value FROM run_parameter")


def test_runs_and_sweeps_of_hydra_carry_parameters_and_no_metric(read) -> None:
    query = read("hydra")
    assert query("SELECT * FROM run_store") == [("multirun", "hydra", 2), ("outputs", "hydra", 1)]
    assert sorted(query("SELECT value FROM run_parameter WHERE key = 'lr'")) == [
        ("0.2",),
        ("0.3",),
        ("0.4",),
    ]
    assert query("SELECT count(*) FROM run_metric") == [(0,)]


def test_the_configuration_of_hydra_is_that_of_the_run_in_its_folder(read) -> None:
    folder = "outputs/2024-01-02/03-04-05"
    query = read(
        **{
            f"{folder}/.hydra/config.yaml": "lr: 0.1\n",
            f"{folder}/lightning_logs/version_0/metrics.csv": "epoch,step,val_loss\n0,9,0.4\n",
        }
    )
    assert query("SELECT * FROM run_store") == [(f"{folder}/lightning_logs", "lightning", 1)]
    assert query("SELECT run, key, value FROM run_parameter") == [("version_0", "lr", "0.1")]


def test_arguments_without_results_are_no_run(read) -> None:
    query = read(
        **{
            "runs/detect/train/args.yaml": (
                "task: detect\nmode: train\nmodel: m\ndata: d\nepochs: 1\n"
            ),
            "lightning_logs/version_0/hparams.yaml": "lr: 0.1\n",
            "results.csv": "epoch,score\n1,2\n",
            "dvclive/params.yaml": "lr: 0.1\n",
        }
    )
    assert query("SELECT count(*) FROM run") == [(0,)]
    assert query("SELECT count(*) FROM run_store") == [(0,)]
    assert query("SELECT count(*) FROM run_parameter") == [(0,)]


def test_logs_in_tests_come_from_no_training(read) -> None:
    query = read(**{"tests/data/lightning_logs/version_0/metrics.csv": "epoch,step,a\n0,9,0.4\n"})
    assert query("SELECT count(*) FROM run") == [(0,)]


def test_merging_what_is_whole_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(LOGS, tmp_path / "logs")
    store = collect(open_repository(tmp_path / "logs"), jobs=1)
    merge_runs(store)
    tables = ("run", "run_store", "run_metric", "run_parameter", "run_tag", "run_input")
    before = [store.connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    merge_runs(store)
    after = [store.connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    assert after == before
    store.close()
