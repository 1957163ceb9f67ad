"""Reader of the logs whose format is told by the names of a folder and a file."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from mlops_audit.readers.runs import (
    cloud_jobs,
    experiments,
    frameworks,
    model_card,
    offline,
    trackers,
)
from mlops_audit.readers.runs.rows import is_own
from mlops_audit.repository.model import SourceFile

Rows = Callable[[str, re.Match[str], bytes], Iterator[Any]]

#: Expressions for paths, and what reads such a file; the first that matches does.
FORMATS: tuple[tuple[re.Pattern[str], Rows], ...] = (
    (trackers.DVCLIVE, trackers.dvclive),
    (trackers.HYDRA, trackers.hydra),
    (frameworks.LIGHTNING, frameworks.lightning),
    (frameworks.TRAINER, frameworks.trainer),
    (frameworks.ULTRALYTICS, frameworks.ultralytics),
    (frameworks.CATBOOST, frameworks.catboost),
    (model_card.RESULTS, model_card.results),
    (model_card.CARD, model_card.card),
    (experiments.SACRED, experiments.sacred),
    (experiments.RAY, experiments.ray),
    (experiments.KEDRO, experiments.kedro),
    (experiments.METAFLOW, experiments.metaflow),
    (experiments.GUILD, experiments.guild),
    (offline.NEPTUNE, offline.neptune),
    (offline.CLEARML, offline.clearml),
    (offline.CLEARML_ZIP, offline.clearml_zip),
    (offline.COMET_ZIP, offline.comet_zip),
    (cloud_jobs.JOB, cloud_jobs.job),
    (cloud_jobs.LOG, cloud_jobs.log),
)


def is_named_format(path: str) -> bool:
    """Tell a file that is called as one of the formats calls it."""
    return any(pattern.fullmatch(path) for pattern, _ in FORMATS)


class FolderReader:
    """Reads what trackers and frameworks call by names of their own."""

    name = "runs-folders"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Accept files with the names that these tools give."""
        return is_named_format(file.path) and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield what the file says about its run; nothing if it only has the name."""
        for pattern, rows in FORMATS:
            if found := pattern.fullmatch(file.path):
                yield from rows(file.path, found, content)
