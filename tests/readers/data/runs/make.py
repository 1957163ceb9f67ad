"""Writes the run logs beside this file with the real libraries.

Run it in a virtual environment of its own, one tool or all of them:

    pip install mlflow wandb tensorboard tensorboardX dvclive lightning transformers accelerate \
        hydra-core catboost ultralytics keras jax optuna sacred papermill ipykernel clearml \
        comet_ml neptune
    python make.py [TOOL ...]

Some tools want an environment of their own: kedro kedro-datasets; metaflow; ray[tune];
zenml[local]; aim; guildai with pydantic<2 and setuptools<80. `versions.json` notes which versions
wrote the files.

Each tool trains something tiny, without any network. What only takes room (weights, pictures,
console logs) is removed, and in text files the path of the temporary folder is replaced.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_KEPT_BYTES = 120_000


def mlflow_files(work: Path) -> None:
    """Write a file store: two experiments, nested and failed runs, a data set, a registry."""
    os.environ |= {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    import mlflow

    _mlflow(mlflow, f"file:{work}/mlruns")
    client = mlflow.MlflowClient()
    deleted = client.create_experiment("abandoned")
    run = client.create_run(deleted)
    client.log_metric(run.info.run_id, "val_auc", 0.1)
    client.delete_experiment(deleted)


def mlflow_database(work: Path) -> None:
    """Write the same into an SQLite store, with the tables that are empty removed."""
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true"}
    import mlflow

    _mlflow(mlflow, f"sqlite:///{work}/mlflow.db")
    _shrink(work / "mlflow.db")


def _shrink(database: Path, *, emptied: tuple[str, ...] = ()) -> None:
    """Make a database small: no indexes, no empty tables, nothing in those that are of no use."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA foreign_keys = OFF")
    for name in emptied:
        connection.execute(f'DELETE FROM "{name}"')
    kinds = "SELECT type, name FROM sqlite_master WHERE type IN ('index', 'table') ORDER BY type"
    for kind, name in connection.execute(kinds).fetchall():
        if name.startswith("sqlite_") or name in emptied:
            continue
        if kind == "index" or connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (
            0,
        ):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')
    connection.execute("PRAGMA page_size = 512")
    connection.execute("VACUUM")
    connection.close()


def _mlflow(mlflow: Any, uri: str) -> None:
    import numpy

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("churn")
    with mlflow.start_run(run_name="search"):
        mlflow.log_param("grid", "3x3")
        with mlflow.start_run(run_name="child", nested=True):
            data = mlflow.data.from_numpy(numpy.zeros((2, 2)), name="customers")
            mlflow.log_input(data, context="training")
            mlflow.log_params({"lr": 0.1, "depth": 3})
            mlflow.set_tag("mlflow.source.git.commit", "5" * 40)
            for step, value in enumerate((0.7, 0.9, 0.8)):
                mlflow.log_metric("val/auc", value, step=step)
            mlflow.log_metric("loss", float("nan"))
            mlflow.log_metric("system/cpu_utilization_percentage", 12.0)
            child = mlflow.active_run().info.run_id
    try:
        with mlflow.start_run(run_name="broken"):
            raise ValueError
    except ValueError:
        pass
    client = mlflow.MlflowClient()
    gone = client.create_run(client.get_experiment_by_name("churn").experiment_id)
    client.delete_run(gone.info.run_id)
    client.create_registered_model("churn")
    client.create_model_version("churn", "artifacts/model", run_id=child)
    client.set_registered_model_alias("churn", "champion", "1")


def wandb(work: Path) -> None:
    """Write an offline run: settings, history and summary are in its binary log."""
    import wandb as library

    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(work)}
    script = work / "train.py"
    script.write_text("# trains\n")
    _git(work)
    settings = library.Settings(x_disable_stats=True, console="off", program=str(script))
    with library.init(
        project="churn",
        name="first",
        group="search",
        config={"lr": 0.1, "model": {"depth": 3}},
        settings=settings,
        dir=str(work),
    ) as run:
        for step in range(3):
            run.log({"val/auc": 0.7 + step / 10, "epoch": step})
        run.summary["best"] = 0.9
    shutil.rmtree(work / ".git")


def tensorboard(work: Path) -> None:
    """Write scalars of training and validation, of the newer kind, and a folder of text alone."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util.tensor_util import make_tensor_proto
    from torch.utils.tensorboard import SummaryWriter

    for part in ("train", "validation"):
        with SummaryWriter(str(work / "logs/fit/20240102-030405" / part)) as writer:
            for step in range(3):
                writer.add_scalar("epoch_loss", 1.0 / (step + 1), step)
                writer.add_scalar("epoch_learning_rate", 0.1, step)
    with SummaryWriter(str(work / "logs/fit/notes")) as writer:
        writer.add_text("about", "no metric here")
    newer = EventFileWriter(str(work / "logs/fit/newer"))
    for step in range(3):
        tensor = make_tensor_proto(0.5 * step, dtype="float32")
        summary = Summary(value=[Summary.Value(tag="epoch_auc", tensor=tensor)])
        newer.add_event(Event(wall_time=1_700_000_000 + step, step=step, summary=summary))
    newer.close()


def dvclive(work: Path) -> None:
    """Write metrics, parameters and plots."""
    from dvclive import Live

    with Live(dir=str(work / "dvclive"), save_dvc_exp=False, monitor_system=False) as live:
        live.log_params({"lr": 0.1, "model": {"depth": 3}})
        for step in range(3):
            live.log_metric("train/loss", 1.0 / (step + 1))
            live.log_metric("epoch", step)
            live.next_step()


def lightning(work: Path) -> None:
    """Write the logs of the CSV logger and of the TensorBoard logger."""
    import lightning as library
    import torch
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Model(library.LightningModule):
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: torch.Tensor) -> torch.Tensor:
            loss = self.layer(batch).square().mean()
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: torch.Tensor) -> None:
            self.log("val_loss", self.layer(batch).square().mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    loader = torch.utils.data.DataLoader(torch.zeros(8, 2), batch_size=4)
    for logger in (CSVLogger(work), TensorBoardLogger(work, version=1)):
        trainer = library.Trainer(
            max_epochs=2,
            logger=logger,
            enable_checkpointing=False,
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            log_every_n_steps=1,
        )
        trainer.fit(Model(), loader, loader)


def hf_trainer(work: Path) -> None:
    """Write the state of a trainer that evaluates after each epoch."""
    import torch
    from transformers import Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(2, 2)

        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            logits = self.layer(x)
            return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    rows = [{"x": torch.zeros(2), "labels": 0} for _ in range(8)]
    arguments = TrainingArguments(
        output_dir=str(work / "out"),
        num_train_epochs=2,
        eval_strategy="epoch",
        logging_steps=1,
        save_strategy="epoch",
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
    )
    trainer = Trainer(Model(), arguments, train_dataset=rows, eval_dataset=rows)
    trainer.train()
    trainer.save_state()


def hydra(work: Path) -> None:
    """Write the configuration of one run and of a sweep of two."""
    (work / "config.yaml").write_text("lr: 0.1\nmodel: {depth: 3}\n")
    script = work / "train.py"
    script.write_text(
        "import hydra\n@hydra.main(config_path='.', config_name='config', version_base=None)\n"
        "def main(config): pass\nmain()\n"
    )
    subprocess.run([sys.executable, script, "lr=0.2"], cwd=work, check=True)
    subprocess.run([sys.executable, script, "-m", "lr=0.3,0.4"], cwd=work, check=True)


def catboost(work: Path) -> None:
    """Write what each fit leaves behind."""
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(iterations=3, train_dir=str(work / "catboost_info"), verbose=False)
    model.fit([[0], [1], [2], [3]], [0, 0, 1, 1], eval_set=([[0], [3]], [0, 1]))


def ultralytics(work: Path) -> None:
    """Train a classifier from scratch on four pictures."""
    from PIL import Image
    from ultralytics import YOLO

    for part in ("train", "val"):
        for name in ("a", "b"):
            folder = work / "data" / part / name
            folder.mkdir(parents=True)
            for number in range(2):
                Image.new("RGB", (32, 32), (99 * number, 0, 0)).save(folder / f"{number}.png")
    YOLO("yolov8n-cls.yaml").train(
        data=str(work / "data"),
        epochs=2,
        imgsz=32,
        batch=2,
        workers=0,
        device="cpu",
        plots=False,
        project=str(work / "runs/classify"),
        name="train",
        verbose=False,
    )
    for name in ("data", "dvclive", "mlruns"):
        shutil.rmtree(work / name, ignore_errors=True)
    (work / "dvc.yaml").unlink(missing_ok=True)


def keras(work: Path) -> None:
    """Write the table that the CSV logger keeps while a model is fitted."""
    os.environ |= {"KERAS_BACKEND": "jax"}
    import keras as library
    import numpy

    library.utils.set_random_seed(1)
    model = library.Sequential([library.Input((2,)), library.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    x, y = numpy.ones((8, 2)), numpy.ones((8, 1))
    logger = library.callbacks.CSVLogger(str(work / "training_log.csv"))
    model.fit(x, y, validation_data=(x, y), epochs=3, verbose=0, callbacks=[logger])


def optuna(work: Path) -> None:
    """Write a study into SQLite and one into a journal, with a pruned and a failed trial."""
    import optuna as library
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    def objective(trial: Any) -> float:
        lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
        depth = trial.suggest_int("depth", 2, 8)
        kind = trial.suggest_categorical("kind", ["gbdt", "linear"])
        trial.set_user_attr("git_commit", "5" * 40)
        for step in range(3):
            trial.report(lr * step, step)
        if trial.number == 1:
            raise library.TrialPruned
        if trial.number == 2:
            raise ValueError
        return lr * depth + (kind == "linear")

    journal = JournalStorage(JournalFileBackend(str(work / "journal.log")))
    for storage in (f"sqlite:///{work}/optuna.db", journal):
        study = library.create_study(
            storage=storage,
            study_name="churn",
            direction="maximize",
            sampler=library.samplers.RandomSampler(seed=1),
        )
        study.optimize(objective, n_trials=4, catch=ValueError)


def sacred(work: Path) -> None:
    """Write two runs of an experiment, the second of which fails."""
    script = work / "train.py"
    script.write_text(
        """
from sacred import Experiment
from sacred.observers import FileStorageObserver
ex = Experiment("churn", save_git_info=True)
ex.observers.append(FileStorageObserver("sacred_runs"))
@ex.config
def config():
    lr = 0.1
    model = {"depth": 3}
    fails = False
@ex.main
def main(_run, lr, fails):
    for step in range(3):
        _run.log_scalar("val.auc", 0.7 + step / 10, step)
    if fails:
        raise ValueError("no")
    open("model.pkl", "w").close()
    _run.add_artifact("model.pkl")
    return 0.9
ex.run()
try:
    ex.run(config_updates={"fails": True})
except ValueError:
    pass
"""
    )
    _git(work)
    subprocess.run([sys.executable, "train.py"], cwd=work, check=True)
    shutil.rmtree(work / ".git")
    (work / "model.pkl").unlink()


def papermill(work: Path) -> None:
    """Execute a notebook with parameters; a second time it fails."""
    import nbformat
    import papermill as library

    book = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
    )
    parameters = nbformat.v4.new_code_cell("lr = 0.1\nfails = False")
    parameters.metadata["tags"] = ["parameters"]
    book.cells = [
        parameters,
        nbformat.v4.new_code_cell("assert not fails\nprint('val_auc: 0.9')"),
    ]
    nbformat.write(book, work / "train.ipynb")
    (work / "out").mkdir()
    library.execute_notebook(
        str(work / "train.ipynb"), str(work / "out/good.ipynb"), {"lr": 0.2}, kernel_name="python3"
    )
    with contextlib.suppress(library.PapermillExecutionError):
        library.execute_notebook(
            str(work / "train.ipynb"), str(work / "out/bad.ipynb"), {"fails": True}
        )


def guild(work: Path) -> None:
    """Run an operation twice with flags."""
    (work / "train.py").write_text(
        "lr = 0.1\nfor step in range(3):\n"
        "    print(f'step: {step}')\n    print(f'loss: {lr * step}')\n"
    )
    (work / "guild.yml").write_text("train:\n  main: train\n  flags-import: all\n")
    (work / ".guild").mkdir()
    command = [str(Path(sys.executable).with_name("guild")), "-H", str(work / ".guild")]
    for flag in ("lr=0.1", "lr=0.2"):
        subprocess.run(
            [*command, "run", "-y", "train", flag],
            cwd=work,
            check=True,
            env={**os.environ, "NO_UPDATE_CHECK": "1"},
        )
    (work / "train.py").unlink()


def clearml(work: Path) -> None:
    """Write an offline task with parameters and scalars."""
    script = work / "train.py"
    script.write_text(
        """
import shutil
from pathlib import Path
from clearml import Task
Task.set_offline(offline_mode=True)
task = Task.init("churn", "train", auto_connect_frameworks=False, auto_resource_monitoring=False)
task.connect({"lr": 0.1, "depth": 3})
for step in range(3):
    task.get_logger().report_scalar("val", "auc", 0.7 + step / 10, step)
task.get_logger().report_single_value("best", 0.9)
task.close()
folder = Path(str(task.get_offline_mode_folder()))
shutil.copytree(folder, Path("offline") / folder.name)
"""
    )
    _git(work)
    cache = {"CLEARML_OFFLINE_MODE": "1", "CLEARML_CACHE_DIR": str(work / "cache")}
    subprocess.run([sys.executable, "train.py"], cwd=work, check=True, env={**os.environ, **cache})
    shutil.rmtree(work / ".git")
    (folder,) = (work / "offline").glob("offline-*")
    shutil.make_archive(str(work / "archives" / folder.name), "zip", folder)


def comet(work: Path) -> None:
    """Write the archive of an offline experiment."""
    import comet_ml

    experiment = comet_ml.OfflineExperiment(
        project_name="churn", offline_directory=str(work / "comet"), display_summary_level=0
    )
    experiment.set_name("first")
    experiment.log_parameters({"lr": 0.1, "model": {"depth": 3}})
    for step in range(3):
        experiment.log_metric("val_auc", 0.7 + step / 10, step=step)
    experiment.add_tag("baseline")
    experiment.end()


def neptune(work: Path) -> None:
    """Write an offline run."""
    import neptune as library

    run = library.init_run(
        mode="offline",
        project="churn/churn",
        name="first",
        capture_stdout=False,
        capture_stderr=False,
        capture_hardware_metrics=False,
    )
    run["parameters"] = {"lr": 0.1, "depth": 3}
    for step in range(3):
        run["val/auc"].append(0.7 + step / 10, step=step)
    run["best"] = 0.9
    run.stop()


def kedro(work: Path) -> None:
    """Run a pipeline that tracks metrics in versioned data sets."""
    from kedro.io import DataCatalog, Version
    from kedro_datasets.json import JSONDataset

    for stamp in ("2024-01-02T03.04.05.678Z", "2024-01-03T03.04.05.678Z"):
        data = JSONDataset(
            filepath=str(work / "data/09_tracking/metrics.json"), version=Version(None, stamp)
        )
        DataCatalog({"metrics": data}).save("metrics", {"val_auc": 0.9, "epoch": 3})


def metaflow(work: Path) -> None:
    """Run a flow in a local data store."""
    script = work / "train_flow.py"
    script.write_text(
        """
from metaflow import FlowSpec, Parameter, step
class TrainFlow(FlowSpec):
    lr = Parameter("lr", default=0.1)
    @step
    def start(self):
        self.auc = 0.9
        self.next(self.end)
    @step
    def end(self):
        pass
if __name__ == "__main__":
    TrainFlow()
"""
    )
    subprocess.run(
        [sys.executable, script, "run", "--lr", "0.2", "--tag", "baseline"],
        cwd=work,
        check=True,
        env={**os.environ, "USERNAME": "ada", "METAFLOW_HOME": str(work / "home")},
    )


def ray_tune(work: Path) -> None:
    """Tune over two values; one trial fails."""
    from ray import tune

    def train(config: dict[str, float]) -> None:
        for step in range(3):
            tune.report({"auc": config["lr"] * step, "nested": {"loss": 1.0 - config["lr"]}})
        if config["lr"] > 0.15:
            raise ValueError

    tune.Tuner(
        train,
        param_space={"lr": tune.grid_search([0.1, 0.2]), "model": {"depth": 3}},
        run_config=tune.RunConfig(name="search", storage_path=str(work / "ray_results")),
    ).fit()


def zenml(work: Path) -> None:
    """Run a pipeline in a local store."""
    os.environ |= {"ZENML_CONFIG_PATH": str(work / "zenml"), "ZENML_ANALYTICS_OPT_IN": "false"}
    script = work / "train.py"
    script.write_text(
        """
from zenml import log_metadata, pipeline, step
@step
def fit(lr: float) -> float:
    log_metadata({"val_auc": 0.9})
    return lr
@pipeline
def training(lr: float = 0.1):
    fit(lr)
if __name__ == "__main__":
    training.with_options(enable_cache=False)(lr=0.2)
"""
    )
    subprocess.run([sys.executable, script], cwd=work, check=True)
    database = next(work.rglob("zenml.db"))
    shutil.copyfile(database, work / "zenml.db")
    shutil.rmtree(work / "zenml")
    # What tells the tables of ZenML from others stays, though nothing in it is needed.
    kept = {"pipeline", "pipeline_run", "step_run", "step_configuration", "run_metadata"}
    kept |= {"run_metadata_resource", "user", "stack_component"}
    connection = sqlite3.connect(work / "zenml.db")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.execute("UPDATE user SET password = NULL")
    connection.commit()
    connection.execute("PRAGMA foreign_keys = OFF")
    for (name,) in tables:
        if name not in kept and not name.startswith("sqlite_"):
            connection.execute(f'DROP TABLE "{name}"')
    connection.commit()
    connection.close()
    _shrink(work / "zenml.db")


def aim(work: Path) -> None:
    """Write a run into a repository of Aim."""
    from aim import Run

    run = Run(repo=str(work), experiment="churn", system_tracking_interval=None)
    run["hparams"] = {"lr": 0.1, "depth": 3}
    for step in range(3):
        run.track(0.7 + step / 10, name="auc", step=step, context={"subset": "val"})
    run.close()
    # The rest is RocksDB; these tables are how a store of Aim is known.
    shutil.copyfile(work / ".aim/run_metadata.sqlite", work / "aim.sqlite")
    shutil.rmtree(work / ".aim")
    (work / ".aim").mkdir()
    (work / "aim.sqlite").rename(work / ".aim/run_metadata.sqlite")
    _shrink(work / ".aim/run_metadata.sqlite", emptied=("run_tag", "run_info", "tag"))


def tensorboardx(work: Path) -> None:
    """Write scalars, a text and hyper-parameters with the library that needs no framework."""
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(work / "runs/first")) as writer:
        for step in range(3):
            writer.add_scalar("val/auc", 0.7 + step / 10, step)
        writer.add_text("about", "the first try")
        writer.add_hparams(
            {"lr": 0.1, "depth": 3, "kind": "gbdt", "shuffle": True},
            {"hparam/auc": 0.9},
            name="hparams",
        )


def plain(work: Path) -> None:
    """Write what people write themselves: a table, lines of JSON, a mapping of lists, a text."""
    import csv

    with (work / "training_log.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("step", "train loss", "val acc"), (1, 0.9, 0.5), (2, 0.8, 0.6)])
    with (work / "metrics.jsonl").open("w") as file:
        for step in range(3):
            file.write(json.dumps({"step": step, "val": {"auc": 0.7 + step / 10}}) + "\n")
    (work / "history.json").write_text(json.dumps({"loss": [0.9, 0.8], "val_loss": [1.0, 0.9]}))
    (work / "train.log").write_text(
        "INFO starting\nepoch 1 loss 0.50 acc: 0.7\nEpoch [2/3], loss=0.25, acc: 0.8\n"
        "Epoch 3 - loss: 0.12 - acc: 0.9 - 12s\nINFO done\n"
    )


#: The libraries whose versions are noted beside what they wrote.
LIBRARIES = {
    "mlflow-files": "mlflow",
    "mlflow-db": "mlflow",
    "hf-trainer": "transformers",
    "tensorboardx": "tensorboardX",
    "comet": "comet_ml",
    "guild": "guildai",
    "kedro": "kedro",
    "ray-tune": "ray",
    "hydra": "hydra-core",
}
#: Logs that readers look at; other files with this suffix only take room.
_LOGS = ("data-", "journal", "train.log")

TOOLS: dict[str, Callable[[Path], None]] = {
    "mlflow-files": mlflow_files,
    "mlflow-db": mlflow_database,
    "wandb": wandb,
    "tensorboard": tensorboard,
    "dvclive": dvclive,
    "lightning": lightning,
    "hf-trainer": hf_trainer,
    "hydra": hydra,
    "catboost": catboost,
    "ultralytics": ultralytics,
    "keras": keras,
    "optuna": optuna,
    "sacred": sacred,
    "papermill": papermill,
    "guild": guild,
    "clearml": clearml,
    "comet": comet,
    "neptune": neptune,
    "kedro": kedro,
    "metaflow": metaflow,
    "ray-tune": ray_tune,
    "zenml": zenml,
    "aim": aim,
    "tensorboardx": tensorboardx,
    "plain": plain,
}


def _git(folder: Path) -> None:
    for command in (
        ("init", "-q"),
        ("remote", "add", "origin", "https://example.org/churn.git"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Train"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _keep(work: Path, target: Path) -> None:
    """Copy what the readers look at."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(work.rglob("*")):
        relative = path.relative_to(work)
        dropped = path.suffix in (".pt", ".png", ".jpg", ".pkl", ".bin", ".pth", ".html", ".md")
        dropped |= path.suffix == ".log" and not path.name.startswith(_LOGS)
        dropped |= relative.parts[0] in ("home", "cache", ".git")
        # What Guild, Metaflow and Ray note about the machine and about themselves.
        dropped |= path.name in ("env", "pip_freeze") or "_artifact__" in path.name
        dropped |= path.name.startswith("basic-variant-state")
        dropped |= path.suffix in (".safetensors", ".py", ".patch", ".lock") or path.is_symlink()
        if path.is_file() and not dropped and path.stat().st_size < _KEPT_BYTES:
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            if path.suffix == ".zip":
                _copy_zip(path, target / relative, work)
                continue
            if b"\0" not in content:
                content = _elsewhere(content, work)
            (target / relative).write_bytes(content)


def _elsewhere(content: bytes, work: Path) -> bytes:
    """Return text without the folders of the machine that it was written on."""
    folders = {
        work: "churn",
        HERE: "churn",
        Path(sys.prefix): "venv",
        Path(sys.base_prefix): "python",
    }
    for folder, name in folders.items():
        content = content.replace(str(folder).encode(), f"/home/ada/{name}".encode())
    return content


def _copy_zip(source: Path, target: Path, work: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            content = _elsewhere(old.read(item), work)
            new.writestr(item.filename, content, zipfile.ZIP_DEFLATED)


def _note_version(name: str) -> None:
    """Note which version of the library wrote the files of a tool."""
    if name == "plain":
        return
    noted = HERE / "versions.json"
    known = json.loads(noted.read_text()) if noted.is_file() else {}
    library = LIBRARIES.get(name, name)
    known[name] = f"{library} {version(library)}"
    noted.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")


def main(names: list[str]) -> None:
    """Write the logs of the named tools, each from a process of its own."""
    for name in names or TOOLS:
        if len(names) == 1:
            with tempfile.TemporaryDirectory() as folder:
                work = Path(folder).resolve()
                os.chdir(work)
                TOOLS[name](work)
                os.chdir(HERE)
                _keep(work, HERE / name)
                _note_version(name)
        else:
            subprocess.run([sys.executable, __file__, name], check=True)
            size = sum(path.stat().st_size for path in (HERE / name).rglob("*") if path.is_file())
            print(json.dumps({name: size}))


if __name__ == "__main__":
    main(sys.argv[1:])
