"""Rows that are cut by position, by a condition or by name: `train = df[df.day < cut]`."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

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

#: Methods whose result is a part of the receiver or of the first argument.
_PARTS = words("sample drop take skip shard query filter where select head tail Subset isel sel")
_SIZE_WORDS = words("size len length count idx index ind n num split point cut cutoff end boundary")


class _Bound(NamedTuple):
    """A name that is bound to a part of something."""

    site: Site
    name: str
    base: str
    how: str
    call: int | None


def parts_of_data(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`train = df[df.day < cut]` beside `test = df[df.day >= cut]`; `take` beside `skip`."""
    by_unit: dict[tuple[str, str], list[_Bound]] = defaultdict(list)
    for bound in _bound_parts(connection, known):
        by_unit[bound.site.path, bound.site.scope].append(bound)
    for found in by_unit.values():
        pair = _pair(found)
        if pair is None:
            continue
        first, second = pair
        said = {
            "slice": "rows by position",
            "filter": "rows by a condition",
            "item": "named parts",
        }.get(first.how, f"{first.how}()")
        yield idiom(
            first.site,
            "split",
            f"{first.name} and {second.name}: {said} of {first.base}",
            call=first.call,
            confidence="medium" if first.how == "item" else "high",
        )


def _bound_parts(connection: sqlite3.Connection, known: Known) -> Iterator[_Bound]:
    query = (
        "SELECT path, cell, line, scope, name, value, kind FROM assignment"
        " WHERE kind IN ('slice', 'filter', 'item') ORDER BY path, cell, line"
    )
    for path, cell, line, scope, name, base, how in connection.execute(query):
        if known.written(path) and kind_of_data(name) and _is_data(base, how) and not _shows(scope):
            yield _Bound(Site(path, cell, line, scope), name, _plain(base), how, None)
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.result, c.receiver, c.method,"
        " (SELECT a.value FROM call_argument a WHERE a.path = c.path AND a.call = c.id"
        "   AND a.position = 0 AND a.kind IN ('name', 'other'))"
        f" FROM call c WHERE c.method IN ({','.join('?' * len(_PARTS))})"
        " AND c.result IS NOT NULL ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, result, receiver, method, first in connection.execute(
        query, sorted(_PARTS)
    ):
        if not known.written(path) or not kind_of_data(result) or _shows(scope):
            continue
        base = first if method == "Subset" else _receiver_base(receiver)
        if base:
            yield _Bound(Site(path, cell, line, scope), result, _plain(base), method, call)


def _shows(scope: str) -> bool:
    """Tell whether a unit only draws what was split before."""
    return bool({"plot", "show", "draw", "display", "visualize"} & set(name_parts(scope)))


def _receiver_base(receiver: str) -> str:
    """Return the name in front of a chain: `ds` of `ds.skip(3).take`."""
    end = 0
    while end < len(receiver) and (receiver[end].isalnum() or receiver[end] in "._"):
        end += 1
    head = receiver[:end]
    return head if end == len(receiver) else head.rpartition(".")[0]


def _plain(base: str) -> str:
    for ending in (".iloc", ".loc", ".values", ".data"):
        base = base.removesuffix(ending)
    return base


def _is_data(base: str, how: str) -> bool:
    """Tell whether a base can hold rows: settings and records have items too, but no rows."""
    if how != "item":
        return True
    last = name_parts(base)[-1:]
    return bool(last) and (
        last[0] in words("data dataset datasets ds dset df npz splits split dataloaders loaders")
        or last[0].endswith(("dataset", "datasets", "data"))
    )


def _pair(found: Iterable[_Bound]) -> tuple[_Bound, _Bound] | None:
    """Return a training part and a held-out part of the same thing."""
    train: dict[str, _Bound] = {}
    held: dict[str, _Bound] = {}
    for bound in found:
        kind = kind_of_data(bound.name)
        (train if kind == "train" else held).setdefault(bound.base, bound)
    for base, bound in train.items():
        if base in held and not kind_of_data(base):
            return bound, held[base]
    return None


def sizes_of_parts(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """`n_train = int(0.8 * len(x))`."""
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.result FROM call c"
        " WHERE c.target IN ('builtins.int', 'builtins.round', 'math.floor', 'math.ceil')"
        " AND c.result IS NOT NULL AND EXISTS (SELECT 1 FROM call l WHERE l.path = c.path"
        "   AND l.scope = c.scope AND l.line = c.line AND l.id > c.id"
        "   AND l.target IN ('builtins.len'))"
        " ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, result in connection.execute(query):
        parts = set(name_parts(result))
        sized = parts & _SIZE_WORDS and parts & (TRAIN_WORDS | HELD_OUT_WORDS | {"split"})
        if known.written(path) and sized:
            yield idiom(
                Site(path, cell, line, scope),
                "split",
                f"rows by position: {result}",
                call=call,
                confidence="medium",
            )
