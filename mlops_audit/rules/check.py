"""Checking a loaded YAML value against a key's schema, with an error that names line and mend."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from mlops_audit.rules.strict_yaml import Mapping, Sequence, refusal

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_NAMES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint at the known word that is meant, or the list of known words."""
    choices = sorted(known)
    near = get_close_matches(word, choices, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(choices)}."


def check(path: Path, name: str, value: Any, schema: dict[str, Any], line: int) -> None:
    """Refuse a value that does not fit the (small part of) JSON Schema that the keys use.

    Raises:
        RulebookError: it does not fit.
    """

    def refuse(problem: str, fix: str = "", at: int = line) -> NoReturn:
        raise refusal(path, problem, line=at, fix=fix)

    if "enum" in schema:
        if value not in schema["enum"] or not isinstance(value, str):
            hint = did_you_mean(str(value), schema["enum"])
            refuse(f"`{name}` is {value!r}, not one of {', '.join(schema['enum'])}", hint)
        return
    allowed = schema.get("type", "object")
    types = (allowed,) if isinstance(allowed, str) else tuple(allowed)
    fits = any(
        isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        for kind in types
    )
    if not fits:
        wanted = " or ".join(_NAMES[kind] for kind in types)
        refuse(f"`{name}` must be {wanted}", "Quote it." if types == ("string",) else "")
    if isinstance(value, str):
        if len(value.strip()) < schema.get("minLength", 0):
            refuse(f"`{name}` is empty", "Fill it in or remove it.")
        if len(value) > schema.get("maxLength", len(value)):
            limit = schema["maxLength"]
            refuse(f"`{name}` has {len(value)} characters", f"At most {limit} are allowed.")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            refuse(f"`{name}` is {value!r}", f"It must match {schema['pattern']}.")
    elif isinstance(value, Sequence):
        if len(value) < schema.get("minItems", 0):
            refuse(f"`{name}` is empty", "Name at least one.")
        if schema.get("uniqueItems") and len(set(map(str, value))) < len(value):
            refuse(f"`{name}` names something twice")
        for item, at in zip(value, value.lines, strict=True):
            check(path, f"{name}[]", item, schema.get("items", {}), at)
    elif isinstance(value, Mapping):
        check_mapping(path, name, value, schema)
    elif isinstance(value, int | float):
        _check_number(name, value, schema, refuse)


def _check_number(
    name: str, value: float, schema: dict[str, Any], refuse: Callable[..., NoReturn]
) -> None:
    above, least, most = (schema.get(key) for key in ("exclusiveMinimum", "minimum", "maximum"))
    if (
        (above is not None and value <= above)
        or (least is not None and value < least)
        or (most is not None and value > most)
    ):
        low = f"above {above}" if above is not None else f"at least {least}"
        refuse(f"`{name}` is {value}", f"It is {low}{'' if most is None else f', at most {most}'}.")


def check_mapping(path: Path, name: str, value: Mapping, schema: dict[str, Any]) -> None:
    """Refuse unknown and missing keys, and values that do not fit."""
    known: dict[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    pattern = schema.get("propertyNames", {}).get("pattern", "")
    for key, item in value.items():
        at = value.lines[key]
        if key in known:
            check(path, key, item, known[key], at)
        elif others is False:
            hint = did_you_mean(key, known)
            where = f" in `{name}`" if name else ""
            raise refusal(path, f"unknown key `{key}`{where}", line=at, fix=hint)
        elif not re.search(pattern, key):
            raise refusal(path, f"`{key}` is no name in `{name}`", line=at)
        elif isinstance(others, dict):
            check(path, f"{name}.{key}", item, others, at)
    missing = [key for key in schema.get("required", ()) if key not in value]
    if missing:
        where = f" in `{name}`" if name else ""
        needed = ", ".join(f"`{key}`" for key in missing)
        raise refusal(path, f"{needed} missing{where}", line=value.line, fix="Add it.")
