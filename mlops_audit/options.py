"""How to audit: what a caller may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_audit.tracking.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How to audit. What is None or empty here is taken from the configuration, if it says so.

    Rules and technologies add to those of the configuration, scores of phases replace one by one,
    everything else replaces what the configuration says.
    """

    rev: str | None = None
    #: Name or root of the one project of a monorepo to judge.
    project: str | None = None
    #: Configuration file to use instead of the repository's own.
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    technologies: tuple[Path, ...] = ()
    #: Rules, practices or phases.
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    #: Files not to read, in the language of .gitignore.
    exclude: tuple[str, ...] = ()
    fail_on: str | None = None
    min_level: int | None = None
    min_score: int | None = None
    #: Pairs of phase and lowest score.
    phase_scores: tuple[tuple[str, int], ...] = ()
    #: Practices that must be met.
    require: tuple[str, ...] = ()
    #: File with accepted findings: a baseline or a report.
    baseline: Path | None = None
    #: Revision to compare with; only what is new since then counts for the gate.
    base: str | None = None
    #: Points by which the score may fall.
    max_drop: int | None = None
    fail_on_regression: bool | None = None
    #: Stores of runs outside of the repository, read beside what it holds.
    tracking: tuple[Address, ...] = ()
    jobs: int | None = None
    cache: bool = True
    facts: Path | None = None
    #: Variables that set keys of the configuration (`MLOPS_AUDIT_FAIL_ON`).
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Whether neither baseline nor base is looked at, whatever the configuration says.
    alone: bool = False
    #: Whether the projects of a monorepo are summed up.
    summaries: bool = True
