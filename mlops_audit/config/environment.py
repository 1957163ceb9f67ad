"""Keys of the configuration that environment variables set: `MLOPS_AUDIT_FAIL_ON=error`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_audit.config.keys import CONFIG_KEYS
from mlops_audit.config.model import Configuration
from mlops_audit.errors import ConfigError, RulebookError
from mlops_audit.rules.check import check, did_you_mean
from mlops_audit.rules.keys import PHASES
from mlops_audit.rules.strict_yaml import Mapping as Located
from mlops_audit.rules.strict_yaml import Sequence as LocatedList

PREFIX = "MLOPS_AUDIT_"

_SCHEMAS = {key.name: key.schema for key in CONFIG_KEYS}
_TEXTS = ("kind", "fail-on", "baseline", "base")
_NUMBERS = ("min-level", "max-drop", "jobs", "max-file-bytes")
_FLAGS = ("fail-on-regression", "ratchet")
_LISTS = ("select", "ignore", "exclude", "require")
#: Keys that a variable can set.
KEYS = (*_TEXTS, *_NUMBERS, *_FLAGS, *_LISTS, "min-score")
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def variable(key: str) -> str:
    """Return the name of the variable that sets a key."""
    return PREFIX + key.upper().replace("-", "_")


def with_environment(configuration: Configuration, environment: Mapping[str, str]) -> Configuration:
    """Return the configuration with what the variables set in place of what the file says.

    An empty variable sets nothing.

    Raises:
        ConfigError: a variable sets no key, or to what the key does not take.
    """
    names = {variable(key): key for key in KEYS}
    changes: dict[str, Any] = {}
    variables: dict[str, str] = {}
    for name, text in sorted(environment.items()):
        if not name.startswith(PREFIX) or not text.strip():
            continue
        if name not in names:
            raise ConfigError(name, "is no setting.", fix=did_you_mean(name, names))
        key = names[name]
        value = _value(name, key, text.strip())
        variables[key] = name
        if key == "min-score":
            changes["min_score"] = value if isinstance(value, int) else None
            changes["phase_scores"] = {} if isinstance(value, int) else dict(value)
        else:
            changes[key.replace("-", "_")] = tuple(value) if key in _LISTS else value
    return replace(configuration, variables=variables, **changes) if changes else configuration


def _value(name: str, key: str, text: str) -> Any:
    value: Any = text
    if key in _LISTS:
        value = LocatedList(1)
        for part in text.split(","):
            if part.strip():
                value.append(part.strip())
                value.lines.append(1)
    elif key in _NUMBERS:
        value = _number(name, text)
    elif key in _FLAGS:
        if text.lower() not in _WORDS:
            raise ConfigError(name, f"is {text!r}.", fix="It is true or false.")
        value = _WORDS[text.lower()]
    elif key == "min-score":
        value = _score(name, text)
    try:
        check(Path(name), key, value, _SCHEMAS[key], 1)
    except RulebookError as error:
        raise ConfigError(name, error.problem, fix=error.fix) from None
    return value


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", text):
        raise ConfigError(name, f"is {text!r}.", fix="It is a whole number.")
    return int(text)


def _score(name: str, text: str) -> Any:
    if "=" not in text:
        return _number(name, text)
    scores = Located(1)
    for part in text.split(","):
        phase, _, number = (piece.strip() for piece in part.partition("="))
        if phase not in PHASES:
            raise ConfigError(name, f"names no phase: {phase!r}.", fix=did_you_mean(phase, PHASES))
        scores[phase] = _number(name, number)
        scores.lines[phase] = 1
    return scores
