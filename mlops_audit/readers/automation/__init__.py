"""Readers of everything that makes things run: CI, pipelines, images, task runners."""

from mlops_audit.readers.automation import (
    azure_pipelines,
    azureml,
    dockerfile,
    dvc,
    github,
    makefile,
    shell_script,
)
from mlops_audit.readers.base import Reader

READERS: tuple[Reader, ...] = (
    azure_pipelines.READER,
    azureml.READER,
    dockerfile.READER,
    dvc.READER,
    github.READER,
    makefile.READER,
    shell_script.READER,
)
