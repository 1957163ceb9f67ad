"""Which value of each key counts, and where it comes from."""

from typing import Any, NamedTuple

from mlops_audit.config.keys import CONFIG_KEYS
from mlops_audit.config.model import Configuration

#: What counts where nothing is said.
_DEFAULTS: dict[str, tuple[Any, str]] = {
    "kind": (None, "found out from the repository"),
    "fail-on": ("never", "default"),
    "min-level": (None, "default: none is asked"),
    "min-score": (None, "default: none is asked"),
    "baseline": (None, "default: nothing is accepted"),
    "base": (None, "default: nothing is compared"),
    "max-drop": (None, "default: it may fall"),
    "fail-on-regression": (False, "default"),
    "ratchet": (None, "default: outside CI"),
    "jobs": (None, "default: by the amount of work"),
    "max-file-bytes": (None, "default: 10 MB, or more by kind of file"),
}


class Value(NamedTuple):
    """The value of a key."""

    key: str
    value: Any
    source: str

    @property
    def is_long(self) -> bool:
        """Whether it would make a column too wide."""
        return len(str(self.value)) > 40


def effective(configuration: Configuration) -> list[Value]:
    """Return the value of every key in the order of the reference."""
    return [_value(configuration, key.name) for key in CONFIG_KEYS]


def _value(configuration: Configuration, key: str) -> Value:
    value = _declared(configuration, key)
    if key in configuration.variables:
        return Value(key, value, f"environment: {configuration.variables[key]}")
    if key in configuration.lines:
        return Value(key, value, f"{configuration.origin}:{configuration.lines[key]}")
    default, source = _DEFAULTS.get(key, (value, "default"))
    return Value(key, default, source)


def _declared(configuration: Configuration, key: str) -> Any:
    if key == "min-score":
        return dict(configuration.phase_scores) or configuration.min_score
    if key == "waivers":
        return [
            {
                "rules": list(item.rules),
                "paths": list(item.paths),
                "reason": item.reason,
                "owner": item.owner,
                "expires": item.until.isoformat() if item.until else "",
            }
            for item in configuration.waivers
            if not item.standing
        ]
    if key == "overrides":
        ignored = {item.line: list(item.rules) for item in configuration.waivers if item.standing}
        return [
            {
                "paths": list(item.paths),
                "ignore": ignored.get(item.line, []),
                "severity": dict(item.severity),
            }
            for item in configuration.overrides
        ]
    if key == "attestations":
        return [
            {
                "rule" if item.rule else "practice": item.rule or item.practice,
                "owner": item.attestation.owner,
                "statement": item.attestation.statement,
            }
            for item in configuration.attestations
        ]
    value = getattr(configuration, key.replace("-", "_"))
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int | str | bool) or value is None:
        return value
    return {name: dict(item) if key == "params" else item for name, item in value.items()}
