"""The table of run formats: made by reading the logs that the real libraries wrote."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mlops_audit.facts.collect import collect
from mlops_audit.linking.runs import merge_runs
from mlops_audit.repository import open_repository

LOGS = Path(__file__).parents[1] / "tests" / "readers" / "data" / "runs"
HEAD = ("Format", "Runs", "History", "Parameters", "Commit", "Data", "Status", "Verified against")

_TITLES = {
    "aim": "Aim (`.aim`; metrics lie in RocksDB)",
    "azureml": "Azure ML job descriptions and logs",
    "catboost": "CatBoost (`catboost_info`)",
    "clearml": "ClearML offline folder or archive",
    "comet": "Comet offline archive",
    "dvclive": "DVCLive",
    "guild": "Guild",
    "hf-trainer": "Transformers (`trainer_state.json`)",
    "hydra": "Hydra runs and sweeps",
    "kedro": "Kedro tracking data sets",
    "keras": "Keras `CSVLogger`",
    "lightning": "Lightning (`CSVLogger`, TensorBoard)",
    "metaflow": "Metaflow local store (nothing is unpickled)",
    "mlflow-db": "MLflow database",
    "mlflow-files": "MLflow file store",
    "model-card": "Transformers model card and `all_results.json`",
    "neptune": "Neptune offline",
    "optuna": "Optuna (SQLite, journal)",
    "papermill": "papermill notebooks",
    "plain": "Metric files and text logs (weaker evidence)",
    "ray-tune": "Ray Tune",
    "sacred": "Sacred file observer",
    "sagemaker": "SageMaker job descriptions",
    "tensorboard": "TensorBoard events",
    "tensorboardx": "TensorBoard texts and hyper-parameters",
    "ultralytics": "Ultralytics, YOLOv5",
    "wandb": "Weights & Biases",
    "zenml": "ZenML local store",
}
#: A column of the table, and the query that finds something of it.
_ASKED = (
    "SELECT 1 FROM run WHERE NOT deleted",
    "SELECT 1 FROM run_point",
    "SELECT 1 FROM run_parameter",
    "SELECT 1 FROM run WHERE commit_sha IS NOT NULL",
    "SELECT 1 FROM run_input WHERE digest IS NOT NULL",
    "SELECT 1 FROM run WHERE status <> 'unknown'",
)


def format_rows() -> Iterator[list[str]]:
    """Yield a row for each format: what was found in the logs that its library wrote."""
    versions = json.loads((LOGS / "versions.json").read_text(encoding="utf-8"))
    for folder in sorted(path for path in LOGS.iterdir() if path.is_dir()):
        with collect(open_repository(folder), jobs=1) as store:
            merge_runs(store)
            marks = ["yes" if _any(store.connection, query) else "–" for query in _ASKED]
        title = _TITLES.get(folder.name, folder.name)
        yield [title, *marks, versions.get(folder.name, "files written by hand")]


def _any(connection: sqlite3.Connection, query: str) -> bool:
    return connection.execute(f"{query} LIMIT 1").fetchone() is not None
