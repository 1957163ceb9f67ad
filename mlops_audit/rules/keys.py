"""The keys of a rule file: one definition for the loader, the JSON Schema and the reference."""

from typing import Any, NamedTuple

from mlops_audit.rules.model import (
    CONFIDENCES,
    EFFORTS,
    SEVERITIES,
    STRENGTHS,
    ZONES,
    Expect,
    Status,
)

#: Folders of the rulebook that hold rules.
PHASES = (
    "foundations",
    "exploration",
    "experimentation",
    "deployment",
    "monitoring",
    "retraining",
)
#: Folders beside them that hold something else.
OTHER_FOLDERS = ("technologies", "views", "frameworks")

LIFECYCLES = ("preview", "stable", "deprecated")
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
WHY_LIMIT = 400

#: Columns of a query that the engine reads; all others are data for the messages.
RESERVED_COLUMNS = ("ok", "path", "line", "end_line", "cell", "subject", "strength")
SQL_KEYS = ("sql", "applies_when", "unknown_when")


class Key(NamedTuple):
    """One key of a mapping in a rule file."""

    name: str
    schema: dict[str, Any]
    description: str
    required: bool = True


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, **more}


def _choice(values: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": list(values)}


_REFERENCE = {
    "type": "object",
    "properties": {"title": _text(), "url": _text(pattern="^https?://")},
    "required": ["title", "url"],
    "additionalProperties": False,
}

MESSAGE_KEYS = (
    Key("pass", _text(), "sentence for a place, or the repository, that is as it should be"),
    Key("fail", _text(), "sentence for a place, or the repository, that is not"),
    Key("not_applicable", _text(), "why there is nothing to judge", required=False),
    Key("unknown", _text(), "why it could not be told", required=False),
)

RULE_KEYS = (
    Key("id", _text(pattern=ID_PATTERN), "kebab-case noun in the failing state, = file name"),
    Key("title", _text(), "present-tense statement that is true when the rule passes"),
    Key("failure_title", _text(), "its negation"),
    Key("practice", _text(pattern=ID_PATTERN), "practice of lifecycle.yaml that it speaks for"),
    Key("proves", _choice(STRENGTHS), "strength that a pass lends, unless a row says another"),
    Key("severity", _choice(SEVERITIES), "how bad a finding is"),
    Key("confidence", _choice(CONFIDENCES), "how often a finding is right"),
    Key("effort", _choice(EFFORTS), "how long the mend takes"),
    Key(
        "zones",
        {"type": "array", "items": _choice(ZONES), "minItems": 1, "uniqueItems": True},
        "zones whose files it judges; rows of files elsewhere are dropped",
    ),
    Key("why", _text(maxLength=WHY_LIMIT), "why anyone should care, in two sentences"),
    Key("fix", _text(), "how to mend it, smallest step first"),
    Key(
        "references",
        {"type": "array", "items": _REFERENCE},
        "where to read more",
        required=False,
    ),
    Key("expect", _choice(tuple(Expect)), "what the rows of the query mean"),
    Key("sql", _text(), "the query; none for `expect: attest`", required=False),
    Key(
        "applies_when",
        _text(),
        "query: the rule applies if the first column of some row is true; or `always`",
        required=False,
    ),
    Key("unknown_when", _text(), "query: if true, a fail is unknown", required=False),
    Key(
        "at_least",
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "share of places that must be right (expect: every)",
        required=False,
    ),
    Key(
        "messages",
        {
            "type": "object",
            "properties": {
                key.name: {**key.schema, "description": key.description} for key in MESSAGE_KEYS
            },
            "required": [key.name for key in MESSAGE_KEYS if key.required],
            "additionalProperties": False,
        },
        "what is said about each place; {column} is replaced by the row's value",
    ),
    Key(
        "params",
        {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
        "parameters of the queries (:name) with their defaults",
        required=False,
    ),
    Key("lifecycle", _choice(LIFECYCLES), "default: stable", required=False),
)

EXAMPLE_KEYS = (
    Key("name", _text(), "what the example shows"),
    Key("expect", _choice(tuple(Status)), "the verdict that must be given"),
    Key(
        "files",
        {"type": "object", "minProperties": 0},
        "path -> text; {cells: […]} for a notebook; other mappings and lists become JSON",
        required=False,
    ),
    Key(
        "findings",
        {"type": "array", "items": {"type": "string"}},
        "places of all complaints: path, path:line, path#cell or path#cell:line; '' for no place",
        required=False,
    ),
    Key(
        "commits",
        {"type": "array", "items": {"type": "object"}},
        "git history to make before, oldest first: {message, files, date, author, tag}",
        required=False,
    ),
    Key("todo", _choice(tuple(Status)), "verdict given today, a known miss", required=False),
)


def schema(keys: tuple[Key, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a mapping with these keys."""
    return {
        "type": "object",
        "properties": {key.name: {"description": key.description, **key.schema} for key in keys},
        "required": [key.name for key in keys if key.required],
        "additionalProperties": False,
    }
