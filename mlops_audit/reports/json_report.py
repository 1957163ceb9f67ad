"""The JSON report, version 1: the `Audit` object itself."""

import dataclasses
import json
import math
import re
from typing import Any

from mlops_audit.assessment.model import Audit

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_dict(audit: Audit) -> dict[str, Any]:
    """Return the audit as plain JSON values: dataclasses as objects, tuples as lists."""
    value = _plain(audit)
    assert isinstance(value, dict)
    return value


def render_json(audit: Audit) -> str:
    """Return the JSON report: sorted keys, two spaces, one newline at the end, valid UTF-8."""
    text = json.dumps(to_dict(audit), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    # A file name that is not UTF-8 arrives as lone surrogates, which no file could hold.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    return str(value)
