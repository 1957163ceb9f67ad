"""Readers of notebooks."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.notebook.jupyter import JupyterReader
from mlops_audit.readers.notebook.rmarkdown import RMarkdownReader
from mlops_audit.readers.notebook.text import TextNotebookReader

READERS: tuple[Reader, ...] = (JupyterReader(), TextNotebookReader(), RMarkdownReader())

__all__ = ["READERS"]
