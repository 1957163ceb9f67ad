"""Checked rules as plain data, so that a rulebook that has not changed is not checked again."""

from dataclasses import fields
from typing import Any

from mlops_audit.rules.model import Expect, Rule


def to_plain(rule: Rule) -> dict[str, Any]:
    """Return a rule as what JSON can hold."""
    plain = {field.name: getattr(rule, field.name) for field in fields(rule)}
    plain["zones"] = sorted(rule.zones)
    plain["expect"] = str(rule.expect)
    plain["needs"] = sorted(rule.needs)
    return plain


def from_plain(plain: dict[str, Any]) -> Rule:
    """Return the rule that `to_plain` was given.

    Raises:
        KeyError, TypeError, ValueError: the data is no such rule.
    """
    values = dict(plain)
    values["zones"] = frozenset(values["zones"])
    values["expect"] = Expect(values["expect"])
    values["references"] = tuple(values["references"])
    values["needs"] = frozenset((table, column) for table, column in values["needs"])
    return Rule(**values)
