"""Readers of everything that makes things run: CI, pipelines, images, task runners."""

from mlops_audit.readers.automation import (
    azure_pipelines,
    azureml,
    circleci,
    databricks,
    dockerfile,
    dvc,
    github,
    gitlab,
    jenkins,
    justfile,
    kubernetes,
    makefile,
    prefect,
    python_tasks,
    shell_script,
    small_ci,
    task_tables,
    tox,
)
from mlops_audit.readers.base import Reader

READERS: tuple[Reader, ...] = (
    azure_pipelines.READER,
    azureml.READER,
    circleci.READER,
    databricks.READER,
    dockerfile.READER,
    dvc.READER,
    github.READER,
    gitlab.READER,
    jenkins.READER,
    justfile.READER,
    kubernetes.READER,
    makefile.READER,
    prefect.READER,
    python_tasks.READER,
    shell_script.READER,
    small_ci.READER,
    task_tables.READER,
    tox.READER,
)
