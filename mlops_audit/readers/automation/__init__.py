"""Readers of everything that makes things run: CI, pipelines, images, task runners."""

from mlops_audit.readers.automation import (
    azure_pipelines,
    azureml,
    databricks,
    dockerfile,
    dvc,
    github,
    kubernetes,
    makefile,
    prefect,
    shell_script,
)
from mlops_audit.readers.base import Reader

READERS: tuple[Reader, ...] = (
    azure_pipelines.READER,
    azureml.READER,
    databricks.READER,
    dockerfile.READER,
    dvc.READER,
    github.READER,
    kubernetes.READER,
    makefile.READER,
    prefect.READER,
    shell_script.READER,
)
