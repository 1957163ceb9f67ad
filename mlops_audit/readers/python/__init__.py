"""Reader of Python source code: imports, definitions, calls and what decides."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.python.reader import PythonReader

READERS: tuple[Reader, ...] = (PythonReader(),)

__all__ = ["READERS", "PythonReader"]
