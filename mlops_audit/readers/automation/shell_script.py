"""Shell scripts."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader
from mlops_audit.readers.shell import TEXT_LIMIT
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic

_SUFFIXES = (".sh", ".bash", ".zsh", ".ksh", ".sbatch", ".slurm")


def _accepts(file: SourceFile) -> bool:
    return file.suffix in _SUFFIXES or file.kind == "shell"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    text = decode(content)
    if len(text) > TEXT_LIMIT:
        problem = f"Only the first {TEXT_LIMIT:,} characters of the script were read."
        yield Diagnostic(file.path, None, "shell", problem, True)
    log = CommandLog(file.path)
    log.shell(text, 1, "")
    yield from log.rows


READER = FileReader("shell", 1, _accepts, _rows)
