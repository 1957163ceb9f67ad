"""Training and held-out data that lie in files of their own: `train.csv` beside `test.csv`."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import (
    HELD_OUT_WORDS,
    TRAIN_WORDS,
    Known,
    Site,
    idiom,
    kind_of_data,
    name_parts,
)
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: Pictures that training leaves behind.
_PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".pdf", ".html")
_READERS = words(
    """
    open Path join joinpath read_csv read_parquet read_json read_excel read_table read_feather
    read_pickle read_hdf load load_data load_dataset load_csv loadtxt genfromtxt load_from_disk
    from_csv from_parquet imread scan_csv scan_parquet ImageFolder DatasetFolder
    flow_from_directory image_dataset_from_directory text_dataset_from_directory
    image_dataset_from_directory TFRecordDataset TextLineDataset LineByLineTextDataset
    from_folder listdir glob ZipFile csv parquet table
    """
)


def files_of_parts(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`read_csv("train.csv")` beside `read_csv("test.csv")`."""
    groups: dict[tuple[str, str], dict[str, tuple[Site, int, str]]] = defaultdict(dict)
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, a.value FROM call_argument a"
        " JOIN call c ON c.path = a.path AND c.id = a.call"
        " WHERE a.kind IN ('string', 'fstring') AND a.value LIKE '%tr%'"
        f" AND c.method IN ({','.join('?' * len(_READERS))})"
        " UNION ALL SELECT c.path, c.cell, c.line, c.scope, c.id, a.value FROM call_argument a"
        " JOIN call c ON c.path = a.path AND c.id = a.call"
        " WHERE a.kind IN ('string', 'fstring') AND a.value NOT LIKE '%tr%'"
        " AND (a.value LIKE '%te%' OR a.value LIKE '%val%' OR a.value LIKE '%hold%'"
        "   OR a.value LIKE '%dev%')"
        f" AND c.method IN ({','.join('?' * len(_READERS))})"
        " ORDER BY 1, 5"
    )
    readers = sorted(_READERS)
    for path, cell, line, scope, call, value in connection.execute(query, readers + readers):
        if not known.written(path) or len(value) > 200 or value.endswith(_PICTURES):
            continue
        kind = kind_of_data(value)
        if kind:
            key = (path, _without_kind(value))
            groups[key].setdefault(kind, (Site(path, cell, line, scope), call, value))
    done: set[str] = set()
    for (path, _), group in groups.items():
        if len(group) == 2 and path not in done:
            done.add(path)
            site, call, train = group["train"]
            yield idiom(
                site, "split", f"{train} and {group['held-out'][2]}", call=call, confidence="medium"
            )


def _without_kind(value: str) -> str:
    parts = name_parts(value)
    return "/".join("*" if part in TRAIN_WORDS | HELD_OUT_WORDS else part for part in parts)


def configured_files(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`train: data/train` beside `val: data/val` in a settings file."""
    groups: dict[tuple[str, str, str], dict[str, tuple[int | None, str]]] = defaultdict(dict)
    query = (
        "SELECT path, line, key, name, value FROM setting WHERE kind = 'string'"
        " AND (name LIKE '%train%' OR name LIKE '%test%' OR name LIKE '%val%')"
        " ORDER BY path, line, key"
    )
    for path, line, key, name, value in connection.execute(query):
        kind = kind_of_data(name)
        if not known.written(path) or not kind or kind_of_data(value) != kind or len(value) > 200:
            continue
        # Wiring between steps names no data, and hidden folders hold what tools wrote.
        wired = "{{" in value or value.startswith(("$", "azureml:"))
        if wired or path.startswith(".") or "/." in path:
            continue
        if "/" not in value and "." not in value:
            continue
        group = groups[path, key.removesuffix(name), _without_kind(value)]
        group.setdefault(kind, (line, value))
    done: set[str] = set()
    for (path, _, _), group in groups.items():
        if len(group) == 2 and path not in done:
            done.add(path)
            line, value = group["train"]
            yield idiom(
                Site(path, None, line, ""),
                "split",
                f"{value} and {group['held-out'][1]}",
                confidence="medium",
            )
