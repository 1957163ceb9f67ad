"""Splits that are written by hand: by position, date, file or a flag."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, kind_of_data, name_parts
from mlops_audit.linking.idioms.split_files import configured_files, files_of_parts
from mlops_audit.linking.idioms.split_rows import parts_of_data, sizes_of_parts
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_DATA_WORDS = words("data dataset datasets ds load loader get read build make create")


def splits(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield one `split` for each place where training and held-out data are told apart."""
    seen: set[tuple[str, str]] = set()
    files: set[str] = set()
    for find in _FINDERS:
        for action in list(find(connection, known)):
            unit = (action.path, action.scope)
            # A unit that splits in one way is not told again for another sign of the same split.
            if unit in seen and find is not _flags:
                continue
            if find is sizes_of_parts and "split" in known.of_scope(*unit):
                continue
            if find is files_of_parts and (
                action.path in files or "split" in known.of_file(action.path)
            ):
                continue
            seen.add(unit)
            files.add(action.path)
            yield action


def _flags(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`MNIST(train=True)` beside `MNIST(train=False)`, `split="train"` beside `split="test"`."""
    groups: dict[tuple[str, str, str], dict[str, tuple[Site, int, str]]] = defaultdict(dict)
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.name, c.target, a.keyword, a.kind,"
        " a.value FROM call_argument a JOIN call c ON c.path = a.path AND c.id = a.call"
        " WHERE (a.keyword = 'train' AND a.kind = 'bool')"
        " OR (a.keyword IN ('split', 'subset', 'mode', 'phase', 'image_set', 'partition')"
        "     AND a.kind IN ('string', 'list'))"
        " ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, name, target, keyword, kind, value in connection.execute(
        query
    ):
        if not known.written(path) or not value or known.of_call(path, call) & {"train", "split"}:
            continue
        if not _gives_data(name):
            continue
        site = Site(path, cell, line, scope)
        if kind == "list":
            said = value.strip("[]()").split(",")
            if {"train", "held-out"} <= {_split_kind(part) for part in said}:
                yield idiom(site, "split", f"{name}(split={value})", call=call)
            continue
        if kind == "bool":
            said_kind = "train" if value == "True" else "held-out"
        else:
            said_kind = _split_kind(value)
        if said_kind:
            shown = f"{name}({keyword}={value})"
            groups[path, target, keyword].setdefault(said_kind, (site, call, shown))
    for group in groups.values():
        if len(group) == 2:
            first, second = sorted(group.values(), key=lambda one: one[1])
            yield idiom(first[0], "split", f"{first[2]} and {second[2]}", call=first[1])


def _gives_data(name: str) -> bool:
    """Tell a data set, or what loads one, from a function with a mode: `run(train=True)`."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() or bool(set(name_parts(last)) & _DATA_WORDS)


def _split_kind(text: str) -> str:
    """Tell the kind of a split's name; of ``train[:80%]`` the part decides."""
    name, _, part = text.strip(" '\"").partition("[")
    if part.startswith(("80%:", "90%:", "70%:", "75%:", "85%:", "95%:")):
        return "held-out"
    return kind_of_data(name) if len(name) <= 40 else ""


def _validation_part(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`fit(…, validation_split=0.2)`."""
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.name, a.kind, a.value FROM call_argument a"
        " JOIN call c ON c.path = a.path AND c.id = a.call"
        " WHERE a.keyword = 'validation_split' AND a.kind IN ('number', 'name')"
        " ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, name, kind, value in connection.execute(query):
        if not known.written(path) or (kind == "number" and _number(value) <= 0):
            continue
        if "split" not in known.of_call(path, call):
            yield idiom(
                Site(path, cell, line, scope),
                "split",
                f"{name}(validation_split={value})",
                call=call,
            )


def _unpacked(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`(x_train, y_train), (x_test, y_test) = mnist.load_data()`, `train, test = split(…)`."""
    own = {
        name.rpartition(".")[2]
        for (name,) in connection.execute(
            "SELECT DISTINCT qualname FROM definition WHERE kind <> 'class'"
        )
    }
    query = (
        "SELECT path, cell, line, scope, id, name, method, target, result FROM call"
        " WHERE result LIKE '%,%' AND (method LIKE '%split%' OR method LIKE 'load%'"
        " OR method LIKE 'get%data%')"
        " ORDER BY path, id"
    )
    for path, cell, line, scope, call, name, method, target, result in connection.execute(query):
        if not known.written(path) or "split" in known.of_call(path, call) or method in own:
            continue
        kinds = {kind_of_data(part) for part in result.split(",")}
        if not {"train", "held-out"} <= kinds:
            continue
        known_origin = not target.startswith("?") and not target.startswith(".")
        yield idiom(
            Site(path, cell, line, scope),
            "split",
            f"{' '.join(result.split())} = {name}()",
            call=call,
            confidence="high" if known_origin else "medium",
        )


def _number(text: str | None) -> float:
    """Return a number, 0 for what is none."""
    try:
        return float(text or "")
    except ValueError:
        return 0.0


_FINDERS = (
    _flags,
    _validation_part,
    _unpacked,
    parts_of_data,
    sizes_of_parts,
    files_of_parts,
    configured_files,
)
