"""Checked technologies as plain data, so that files that have not changed are not checked again."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mlops_audit.linking.technologies.model import (
    CommandEntry,
    GlobEntry,
    KeyEntry,
    LaunchEntry,
    NameEntry,
    RandomEntry,
    Technology,
)

_ENTRIES: Mapping[str, type[Any]] = {
    "calls": NameEntry,
    "methods": NameEntry,
    "bases": NameEntry,
    "decorators": NameEntry,
    "commands": CommandEntry,
    "uses": GlobEntry,
    "images": GlobEntry,
    "files": GlobEntry,
    "keys": KeyEntry,
    "launches": LaunchEntry,
    "randomness": RandomEntry,
}


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_FIELDS = {kind: _names(kind) for kind in {*_ENTRIES.values(), Technology}}

#: Changes with what the data consists of.
FORM = repr(sorted((kind.__name__, names) for kind, names in _FIELDS.items()))


def to_plain(technology: Technology) -> list[Any]:
    """Return a technology as what JSON can hold: values in the order of the fields."""
    plain = []
    for name in _FIELDS[Technology]:
        value = getattr(technology, name)
        if name in _ENTRIES:
            names = _FIELDS[_ENTRIES[name]]
            value = [[getattr(entry, field) for field in names] for entry in value]
        plain.append(value)
    return plain


def from_plain(plain: Sequence[Any]) -> Technology:
    """Return the technology that `to_plain` was given.

    Raises:
        TypeError, ValueError: the data is no such technology.
    """
    values = dict(zip(_FIELDS[Technology], plain, strict=True))
    for name, value in values.items():
        if name in _ENTRIES:
            kind = _ENTRIES[name]
            names = _FIELDS[kind]
            values[name] = tuple(
                kind(**dict(zip(names, map(_frozen, entry), strict=True))) for entry in value
            )
        elif name == "links":
            values[name] = tuple((title, url) for title, url in value)
        else:
            values[name] = _frozen(value)
    return Technology(**values)


def _frozen(value: Any) -> Any:
    return tuple(value) if value.__class__ is list else value
