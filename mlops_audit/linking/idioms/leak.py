"""Leakage: a statistic of all rows is learned and applied, and only then the rows are split.

Followed inside one unit of code, by the names that values are bound to, in the order of the source.
What is learned from rows that are called training rows, or that came out of a split, is no leak.
Encoders of categories and of labels are left out: they learn which values exist, not how they are
distributed.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import Known, Site, idiom, kind_of_data
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_LEARNS = re.compile(
    r"(?:Standard|MinMax|Robust|MaxAbs)Scaler|PowerTransformer|QuantileTransformer|\w{0,40}Imputer"
    r"|\w{0,20}PCA|TruncatedSVD|NMF|FactorAnalysis|SelectKBest|SelectPercentile|SelectFromModel"
    r"|RFE|RFECV|GenericUnivariateSelect|SequentialFeatureSelector|TfidfVectorizer"
    r"|TfidfTransformer|TargetEncoder|LeaveOneOutEncoder|CatBoostEncoder|WOEEncoder"
    r"|KBinsDiscretizer|\w{0,20}SMOTE\w{0,10}|ADASYN|RandomOverSampler"
)
_FITS = words("fit fit_transform fit_resample fit_sample")
_APPLIES = words("transform")
_STATISTICS = words("mean median mode std")
_PARTS = words("slice filter")


class _Event(NamedTuple):
    """A call or an assignment, in the order of the source."""

    site: Site
    call: int | None
    kind: str
    method: str
    target: str
    receiver: str
    results: tuple[str, ...]
    names: tuple[str, ...]
    inner: tuple[str, ...]


class _Learned(NamedTuple):
    event: _Event
    what: str


def leaks(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `leak` where something learned from all rows is in what a split divides."""
    units = _units_that_split(connection, known)
    for unit, splitting in units.items():
        yield from _in_unit(_events(connection, unit), splitting)


def _units_that_split(connection: sqlite3.Connection, known: Known) -> dict[Unit, set[int]]:
    """Return the calls that split, of units that split and learn; the set is empty for slices."""
    units: dict[Unit, set[int]] = defaultdict(set)
    learning = {
        Unit(path, scope)
        for path, scope in connection.execute(
            "SELECT DISTINCT path, scope FROM call WHERE method IN"
            " ('fit', 'fit_transform', 'fit_resample', 'fit_sample', 'fillna')"
        )
    }
    for action in known.of_kind("split"):
        unit = Unit(action.path, action.scope)
        if unit in learning and known.written(action.path):
            units[unit].update(() if action.call is None else (action.call,))
    return units


def _events(connection: sqlite3.Connection, unit: Unit) -> list[_Event]:
    arguments: dict[int, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    in_place: set[int] = set()
    for call, keyword, kind, value, target in connection.execute(
        "SELECT a.call, a.keyword, a.kind, a.value, a.target FROM call c JOIN call_argument a"
        " ON a.path = c.path AND a.call = c.id WHERE c.path = ? AND c.scope = ?"
        " AND a.kind IN ('name', 'other', 'call', 'bool') ORDER BY a.call, a.position",
        unit,
    ):
        if keyword == "inplace" and value == "True":
            in_place.add(call)
        arguments[call].append((kind, value, target))
    found: list[tuple[tuple[int, int, int], _Event]] = []
    for cell, line, call, method, target, receiver, result in connection.execute(
        "SELECT cell, line, id, method, target, receiver, result FROM call"
        " WHERE path = ? AND scope = ? ORDER BY id",
        unit,
    ):
        given = arguments[call]
        event = _Event(
            Site(unit.path, cell, line, unit.scope),
            call,
            "call",
            method,
            target,
            _base(receiver),
            _bases([receiver] if call in in_place else (result or "").split(",")),
            _bases(value for kind, value, _ in given if kind in ("name", "other")),
            tuple(found for kind, _, found in given if kind == "call" and found),
        )
        # An inner call runs before the one that it is an argument of.
        found.append(((-1 if cell is None else cell, line, -call), event))
    for cell, line, name, value, kind in connection.execute(
        "SELECT cell, line, name, value, kind FROM assignment WHERE path = ? AND scope = ?"
        " AND kind IN ('item', 'slice', 'filter') ORDER BY line",
        unit,
    ):
        site = Site(unit.path, cell, line, unit.scope)
        event = _Event(site, None, kind, "", "", "", _bases([name]), _bases([value]), ())
        found.append(((-1 if cell is None else cell, line, 1), event))
    return [event for _, event in sorted(found, key=lambda one: one[0])]


def _bases(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(base for name in names if name and (base := _base(name)))


def _base(name: str) -> str:
    """Return the value that a place belongs to: `df` of `df[columns]` and of `df.loc[rows]`."""
    plain = re.split(r"[\[(]", name.strip(" ()\n"), maxsplit=1)[0]
    for ending in (".iloc", ".loc", ".values", ".data"):
        plain = plain.removesuffix(ending)
    return plain if all(part.isidentifier() for part in plain.split(".")) else ""


def _in_unit(events: list[_Event], splitting: set[int]) -> Iterator[Action]:
    learned: dict[str, _Learned] = {}
    fitted: dict[str, _Learned] = {}
    divided: set[str] = set()
    told: set[int | None] = set()
    inner: dict[tuple[int | None, int | None], _Learned] = {}
    for event in events:
        source: _Learned | None
        taken = [learned[name] for name in (*event.names, event.receiver) if name in learned]
        if event.call in splitting or _divides(event):
            for source in _before(event, taken):
                if source.event.call not in told:
                    told.add(source.event.call)
                    yield _leak(source, event)
            divided.update(event.results)
            for name in event.results:
                learned.pop(name, None)
            continue
        if event.method in _STATISTICS and not event.results:
            continue
        source = _learns(event, divided)
        if source is not None and event.method == "fit":
            fitted[event.receiver] = source
            continue
        if source is None and event.method in _APPLIES and event.receiver in fitted:
            source = fitted[event.receiver]
        if source is None and taken:
            source = taken[0]
        elif source is not None and not event.results:
            # An argument of the call around it: `DataFrame(scaler.fit_transform(X))`.
            inner[event.site.cell, event.site.line] = source
        elif source is None and any(_class_of(target) for target in event.inner):
            source = inner.get((event.site.cell, event.site.line))
        for name in event.results:
            # Written into one column, the rest of the frame stays what it was.
            if source is not None:
                learned[name] = source
            elif event.kind != "call" or name not in event.names:
                learned.pop(name, None)
            if divided.intersection(event.names):
                divided.add(name)


def _divides(event: _Event) -> bool:
    """Tell `train = rows[:n]`."""
    return event.kind in _PARTS and any(kind_of_data(name) for name in event.results)


def _before(event: _Event, taken: list[_Learned]) -> Iterator[_Learned]:
    yield from taken
    for target in event.inner:
        what = _class_of(target)
        if what is not None:
            yield _Learned(event, what)


def _learns(event: _Event, divided: set[str]) -> _Learned | None:
    """Return what a call learns from all rows, None if from some rows or nothing."""
    if event.kind != "call":
        return None
    if event.method == "fillna":
        statistic = next(
            (one for target in event.inner if (one := target.rpartition(".")[2]) in _STATISTICS),
            None,
        )
        data: tuple[str, ...] = (event.receiver,)
        what = f"fillna({statistic}())" if statistic else None
    elif event.method in _FITS:
        found = _class_of(event.target)
        data = event.names
        what = f"{found}.{event.method}" if found else None
    else:
        return None
    if what is None or not data:
        return None
    if any(name in divided or kind_of_data(name) for name in data):
        return None
    return _Learned(event, what)


def _class_of(target: str) -> str | None:
    """Return the class of a library whose instance is fitted."""
    *_, owner, method = ("", *target.split("."))
    if method not in _FITS or target.startswith(("?", ".")):
        return None
    return owner if _LEARNS.fullmatch(owner) else None


def _leak(source: _Learned, split: _Event) -> Action:
    event = source.event
    where = f"line {split.site.line}"
    if split.site.cell is not None:
        where = f"cell {split.site.cell}, {where}"
    of = ", ".join(event.names) or event.receiver or "the data"
    if event is split:
        return idiom(event.site, "leak", f"{source.what}() inside the split", call=event.call)
    name = f"{source.what} on {of} before the split of {where}"
    # A filled gap moves less than a scale does.
    confidence = "medium" if source.what.startswith("fillna") else "high"
    return idiom(event.site, "leak", name, call=event.call, confidence=confidence)
