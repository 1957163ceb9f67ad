"""What a configuration says, checked for shape; names in it are resolved where they are used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlops_audit.assessment.suppress import Override, Waiver
from mlops_audit.errors import ConfigError
from mlops_audit.rules.judging import Attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One attestation of the configuration and the rule or practice that it answers."""

    rule: str | None
    practice: str | None
    attestation: Attestation
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The declared values; None or empty where nothing is declared."""

    #: File as messages name it, '' if there is none.
    origin: str = ""
    #: Folder that paths are relative to; None if the file lies in the audited repository, whose
    #: paths must stay inside it and are read through it.
    folder: Path | None = None
    rules: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    kind: str | None = None
    zones: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fail_on: str | None = None
    min_level: int | None = None
    min_score: int | None = None
    phase_scores: Mapping[str, int] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    baseline: str | None = None
    base: str | None = None
    max_drop: int | None = None
    fail_on_regression: bool | None = None
    ratchet: bool | None = None
    waivers: tuple[Waiver, ...] = ()
    overrides: tuple[Override, ...] = ()
    jobs: int | None = None
    max_file_bytes: int | None = None
    attestations: tuple[Statement, ...] = ()
    #: Line of each key (`select`) and of each value in it (`select[0]`, `params.RULE.NAME`).
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Environment variable of each key that was set by one.
    variables: Mapping[str, str] = field(default_factory=dict)

    def error(self, key: str, problem: str, fix: str = "") -> ConfigError:
        """Return the error of a value that proved wrong later."""
        name = key.partition("[")[0].partition(".")[0]
        if name in self.variables:
            return ConfigError(self.variables[name], problem, fix=fix)
        line = self.lines.get(key, self.lines.get(key.partition("[")[0].partition(".")[0]))
        return ConfigError(self.origin, problem, line=line, fix=fix)
