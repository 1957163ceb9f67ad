"""Reader of the logs whose format is told by the names of a folder and a file."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from mlops_audit.readers.runs import frameworks, trackers
from mlops_audit.readers.runs.rows import is_own
from mlops_audit.repository.model import SourceFile

Rows = Callable[[str, re.Match[str], bytes], Iterator[Any]]

_FORMATS: tuple[tuple[re.Pattern[str], Rows], ...] = (
    (trackers.DVCLIVE, trackers.dvclive),
    (trackers.HYDRA, trackers.hydra),
    (frameworks.LIGHTNING, frameworks.lightning),
    (frameworks.TRAINER, frameworks.trainer),
    (frameworks.ULTRALYTICS, frameworks.ultralytics),
    (frameworks.CATBOOST, frameworks.catboost),
)


class FolderReader:
    """Reads DVCLive, Hydra, Lightning, Transformers, Ultralytics and CatBoost."""

    name = "runs-folders"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept files with the names that these tools give."""
        return any(pattern.fullmatch(file.path) for pattern, _ in _FORMATS) and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield what the file says about its run; nothing if it only has the name."""
        for pattern, rows in _FORMATS:
            if found := pattern.fullmatch(file.path):
                yield from rows(file.path, found, content)
