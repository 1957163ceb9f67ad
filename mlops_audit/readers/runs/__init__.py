"""Logs that training left behind, read without the library that wrote them."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.runs.databases import DatabaseReader
from mlops_audit.readers.runs.executed_notebooks import ExecutedNotebookReader
from mlops_audit.readers.runs.folders import FolderReader
from mlops_audit.readers.runs.mlflow_files import MlflowFilesReader
from mlops_audit.readers.runs.optuna_journal import OptunaJournalReader
from mlops_audit.readers.runs.plain import PlainLogReader
from mlops_audit.readers.runs.tensorboard import TensorboardReader
from mlops_audit.readers.runs.wandb import WandbReader

READERS: tuple[Reader, ...] = (
    MlflowFilesReader(),
    DatabaseReader(),
    WandbReader(),
    TensorboardReader(),
    FolderReader(),
    OptunaJournalReader(),
    ExecutedNotebookReader(),
    PlainLogReader(),
)

__all__ = ["READERS"]
