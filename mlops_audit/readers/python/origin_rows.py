"""Rows about where values come from, for what only several files together tell."""

from collections.abc import Iterator, Mapping
from itertools import chain

from mlops_audit.readers.python.origins import CONTAINER, Definitions, Resolver
from mlops_audit.readers.python.records import Collected
from mlops_audit.schema import Origin

#: Different values that one function may return, and rows that one file may have.
_MAX_VALUES = 5
_MAX_ROWS = 5_000


def origin_rows(
    path: str, out: Collected, names: Mapping[str, str | None], resolver: Resolver
) -> Iterator[Origin]:
    """Yield what functions return, what attributes hold and what names of the module mean."""
    left = _MAX_ROWS
    for row in chain(_all(path, out.definitions, names, resolver), _named(path, out, resolver)):
        left -= 1
        if left < 0:
            return
        yield row


def _all(
    path: str, definitions: Definitions, names: Mapping[str, str | None], resolver: Resolver
) -> Iterator[Origin]:
    for owner, returned in definitions.returns.items():
        known: set[tuple[int | None, bool, str, bool]] = set()
        for value in returned:
            parts = enumerate(value) if isinstance(value, tuple) else ((None, value),)
            for part, origin in parts:
                found = _target(origin, resolver)
                if found is not None and len(known) < _MAX_VALUES and (part, *found) not in known:
                    known.add((part, *found))
                    yield Origin(path, owner, "", part, *found, None)
        passed = definitions.passed.get(owner)
        if passed is not None and not known:
            yield Origin(path, owner, "", None, False, None, False, f"{owner}:{passed}")
    for owner, info in definitions.classes.items():
        for name, origin in info.attributes.items():
            found = _target(origin, resolver)
            if found is not None:
                yield Origin(path, owner, name, None, *found, None)
        for name, (method, parameter) in info.given.items():
            if info.attributes.get(name) is None:
                yield Origin(path, owner, name, None, False, None, False, f"{method}:{parameter}")
    for name, held in names.items():
        # Imports, definitions and calls are found in their own tables.
        if held is not None and (held[0] == CONTAINER or held[-1] in ")]"):
            found = _target(held, resolver)
            if found is not None:
                yield Origin(path, "", name, None, *found, None)


def _named(path: str, out: Collected, resolver: Resolver) -> Iterator[Origin]:
    for scope, name, origin in out.tables:
        target = resolver.target(origin)
        if target is not None:
            yield Origin(path, scope, name, None, True, target, False, None)
    for name, origin in out.aliases.items():
        found = _target(origin, resolver)
        if found is not None and found[1] != f".{name}":
            yield Origin(path, "", name, None, *found, None)


def _target(origin: str | None, resolver: Resolver) -> tuple[bool, str, bool] | None:
    if origin is None:
        return None
    elements = origin[0] == CONTAINER
    if elements:
        origin = origin[2:]
    if not origin or origin.startswith("builtins."):
        return None
    found = resolver.value(origin)
    if found is None or found[0].startswith("builtins."):
        return None
    return elements, *found
