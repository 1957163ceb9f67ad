"""Logs that lie in a folder of their own for each run: DVCLive and Hydra."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.runs.curves import curve_rows, table_curves
from mlops_audit.readers.runs.rows import (
    base_name,
    finite,
    flat,
    metric_row,
    parameter_row,
    parent_folder,
    run_row,
    shown_value,
    tag_row,
)
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import RunStore

DVCLIVE = re.compile(
    r"(?:(?P<folder>(?:[^\n]{1,300}/)?[^/\n]{0,60}dvclive[^/\n]{0,60})"
    r"/(?P<file>metrics\.json|params\.yaml)"
    r"|(?P<any>[^\n]{1,300}?)/(?:plots/metrics|plots/scalars|scalars)/(?P<key>[^\n]{1,250})\.tsv)"
)
HYDRA = re.compile(r"(?:(?P<folder>[^\n]{1,300})/)?\.hydra/(?P<file>config\.yaml|overrides\.yaml)")
_HYDRA_RUN = re.compile(
    r"(?:(?P<store>[^\n]{1,300})/)?(?P<run>\d{4}-\d\d-\d\d/\d\d-\d\d-\d\d(?:/\d{1,6})?)"
)


def dvclive(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the metrics or parameters of the folder that `Live` writes to."""
    folder = found["folder"] or found["any"]
    run = base_name(folder)
    if found["file"] == "params.yaml":
        documents = load_yaml(content).documents
        for key, node in flat(documents[0]) if documents else ():
            yield parameter_row(folder, run, key, shown_value(node))
        return
    rows: list[Any] = []
    if found["file"]:
        for key, node in flat(load_json(content)):
            if (value := finite(node.value)) is not None:
                rows.append(metric_row(folder, run, key.replace(".", "/"), value))
    elif content.split(b"\n", 1)[0].rstrip().split(b"\t")[:-1] in (
        [b"step"],
        [b"timestamp", b"step"],
    ):
        curves = table_curves(content, "\t")
        for name in list(curves)[-1:]:
            rows += curve_rows(folder, run, {found["key"]: curves[name]})
    if rows:
        yield RunStore(folder, "dvclive", 0)
        yield run_row(folder, run, folder)
        yield from rows


def hydra(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the configuration of a run; it has a place for parameters, none for metrics."""
    folder = found["folder"] or ""
    dated = _HYDRA_RUN.fullmatch(folder)
    store = (dated["store"] or ".") if dated else parent_folder(folder)
    run = dated["run"] if dated else base_name(folder) or "hydra"
    documents = load_yaml(content).documents
    if not documents:
        return
    tree = documents[0]
    if found["file"] == "overrides.yaml":
        if tree.children:
            yield tag_row(store, run, "overrides", shown_value(tree))
        return
    if not tree.is_mapping:
        return
    yield RunStore(store, "hydra", 0)
    yield run_row(store, run, folder or path)
    for key, node in flat(tree):
        yield parameter_row(store, run, key, shown_value(node))
