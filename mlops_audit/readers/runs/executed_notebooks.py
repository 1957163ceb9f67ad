"""Notebooks that papermill executed: each is a run, with its parameters and what it glued."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import items
from mlops_audit.readers.runs.rows import (
    environment_row,
    finite,
    instant,
    is_own,
    metric_row,
    parameter_row,
    parent_folder,
    run_row,
)
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import RunStore

_MARK = re.compile(rb'"papermill"\s{0,10}:\s{0,10}\{')
_SCRAP = "application/scrapbook.scrap.json+json"


class ExecutedNotebookReader:
    """Reads what papermill writes into the notebook that it executes."""

    name = "runs-papermill"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept notebooks."""
        return file.kind == "notebook" and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the run, if this is one."""
        if not _MARK.search(content):
            return
        try:
            book = json.loads(content)
        except (ValueError, RecursionError):
            return
        metadata = book.get("metadata") if isinstance(book, dict) else None
        told = metadata.get("papermill") if isinstance(metadata, dict) else None
        if isinstance(told, dict) and told.get("start_time") and told.get("output_path"):
            yield from _rows(file, told, book)


def _rows(file: SourceFile, told: dict[str, Any], book: dict[str, Any]) -> Iterator[Any]:
    store, run = parent_folder(file.path), file.name.removesuffix(".ipynb")
    failed = told.get("exception")
    status = "unknown" if failed is None else "failed" if failed else "finished"
    if failed is None and told.get("end_time"):
        status = "finished"
    yield RunStore(store, "papermill", 0)
    yield run_row(
        store,
        run,
        file.path,
        experiment=str(told.get("input_path") or "").rpartition("/")[2],
        status=status,
        started_at=instant(str(told.get("start_time"))),
        ended_at=instant(str(told.get("end_time"))),
        source=str(told.get("input_path") or "") or None,
    )
    parameters = told.get("parameters")
    for key, value in parameters.items() if isinstance(parameters, dict) else ():
        yield parameter_row(store, run, str(key), str(value))
    if isinstance(told.get("version"), str):
        yield environment_row(store, run, "papermill", told["version"])
    for cell in items(book.get("cells")):
        for output in items(cell.get("outputs")) if isinstance(cell, dict) else ():
            data = output.get("data") if isinstance(output, dict) else None
            scrap = data.get(_SCRAP) if isinstance(data, dict) else None
            if isinstance(scrap, dict) and (value := finite(scrap.get("data"))) is not None:
                yield metric_row(store, run, str(scrap.get("name")), value)
