"""The keys of a configuration: one definition for the loader, the JSON Schema and the docs."""

from typing import Any

from mlops_audit.rules.keys import PHASES, Key, schema
from mlops_audit.rules.model import SEVERITIES, ZONES

KINDS = ("exploration", "experimentation", "production", "library", "non-ml")
FAIL_ON = (*(word for word in SEVERITIES if word != "note"), "never")
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"

_NAMES: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "uniqueItems": True,
}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_DAY: dict[str, Any] = {"type": "string", "format": "date", "pattern": DATE_PATTERN}
_SCORE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 100}

STATEMENT_KEYS = (
    Key("rule", _TEXT, "id of the rule that it answers", required=False),
    Key("practice", _TEXT, "or: practice, for every rule of it that asks people", required=False),
    Key("owner", _TEXT, "who stands for it"),
    Key("date", _DAY, "day on which it was stated, YYYY-MM-DD"),
    Key("statement", _TEXT, "what is so, in one sentence"),
    Key("evidence", _TEXT, "path in the repository, or link, that shows it", required=False),
    Key("expires", _DAY, "last day on which it counts", required=False),
)

WAIVER_KEYS = (
    Key("rules", {**_NAMES, "minItems": 1}, "rules or practices whose findings are lived with"),
    Key("paths", _NAMES, "only in these files, in the language of .gitignore", required=False),
    Key("reason", _TEXT, "why, in one sentence"),
    Key("owner", _TEXT, "who decided it", required=False),
    Key("expires", _DAY, "last day on which it counts, YYYY-MM-DD", required=False),
)

OVERRIDE_KEYS = (
    Key("paths", {**_NAMES, "minItems": 1}, "the files, in the language of .gitignore"),
    Key("ignore", _NAMES, "rules or practices whose findings do not count there", required=False),
    Key(
        "severity",
        {"type": "object", "additionalProperties": {"enum": list(SEVERITIES)}},
        "other severities there: rule or practice -> severity",
        required=False,
    ),
)

CONFIG_KEYS = (
    Key("rules", _NAMES, "rule files or folders to add to the rulebook, relative to this file"),
    Key("technologies", _NAMES, "technology files or folders to add, relative to this file"),
    Key("select", _NAMES, "only these rules, practices or phases"),
    Key("ignore", _NAMES, "not these rules, practices or phases"),
    Key("kind", {"enum": list(KINDS)}, "kind of the repository, instead of finding it out"),
    Key(
        "zones",
        {"type": "object", "additionalProperties": {"enum": list(ZONES)}},
        "path glob -> zone; the first glob that matches decides",
    ),
    Key("exclude", _NAMES, "files not to read, in the language of .gitignore"),
    Key(
        "params",
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            },
        },
        "other values for the parameters of rules: rule id -> name -> value",
    ),
    Key("fail-on", {"enum": list(FAIL_ON)}, "severity from which on the gate fails"),
    Key(
        "min-level",
        {"type": "integer", "minimum": 0, "maximum": 4},
        "lowest level with which the gate passes",
    ),
    Key(
        "min-score",
        {
            **_SCORE,
            "type": ["integer", "object"],
            "properties": dict.fromkeys(PHASES, _SCORE),
            "additionalProperties": False,
        },
        "lowest score with which the gate passes: one number, or one for each phase",
    ),
    Key("require", _NAMES, "practices that must be met for the gate to pass"),
    Key("baseline", _TEXT, "file with the findings that are accepted, relative to this file"),
    Key("base", _TEXT, "revision to compare with: only what is new since then fails the gate"),
    Key(
        "max-drop",
        {"type": "integer", "minimum": 0, "maximum": 100},
        "points by which the score may fall below that of the baseline or base",
    ),
    Key(
        "fail-on-regression",
        {"type": "boolean"},
        "whether the gate fails if a practice that was met in the base no longer is",
    ),
    Key(
        "ratchet",
        {"type": "boolean"},
        "whether mended findings are taken out of the baseline file; by default outside CI only",
    ),
    Key(
        "waivers",
        {"type": "array", "items": schema(WAIVER_KEYS)},
        "findings that are lived with, with the reason and for how long",
    ),
    Key(
        "overrides",
        {"type": "array", "items": schema(OVERRIDE_KEYS)},
        "what holds for some paths only",
    ),
    Key(
        "jobs",
        {"type": "integer", "minimum": 1, "maximum": 256},
        "processes that read files",
    ),
    Key(
        "max-file-bytes",
        {"type": "integer", "minimum": 1024},
        "files larger than this are listed and not read",
    ),
    Key(
        "attestations",
        {"type": "array", "items": schema(STATEMENT_KEYS)},
        "dated, owned statements about what no file can prove",
    ),
)


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `mlops-audit.toml` and of `[tool.mlops-audit]`."""
    keys = tuple(key._replace(required=False) for key in CONFIG_KEYS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mlops-audit:config:1",
        "$comment": "Generated by `python -m mlops_audit.config.schema`; do not edit.",
        "title": "mlops-audit configuration",
        "description": "mlops-audit.toml, or the table tool.mlops-audit of pyproject.toml.",
        **schema(keys),
    }
