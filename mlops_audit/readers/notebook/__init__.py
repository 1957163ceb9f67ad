"""Readers of notebooks."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.notebook.jupyter import JupyterReader

READERS: tuple[Reader, ...] = (JupyterReader(),)

__all__ = ["READERS"]
