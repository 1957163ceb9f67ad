"""Readers of everything that makes things run: CI, pipelines, images, task runners."""

from mlops_audit.readers.automation import dockerfile, github, makefile, shell_script
from mlops_audit.readers.base import Reader

READERS: tuple[Reader, ...] = (
    dockerfile.READER,
    github.READER,
    makefile.READER,
    shell_script.READER,
)
