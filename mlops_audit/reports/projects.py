"""The projects of a monorepo as rows, for the page and the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_audit.assessment.model import Audit, ProjectSummary
from mlops_audit.reports.words import KIND_WORDS
from mlops_audit.text import clip

#: Rows shown; the JSON report has them all.
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """One project: text for every cell."""

    name: str
    folder: str
    kind: str
    level: str
    score: str
    phases: tuple[str, ...]
    files: str
    evidence: str


def project_rows(audit: Audit) -> tuple[ProjectRow, ...]:
    """Return a row for each project, lowest level first, then lowest score."""
    ids = [phase.id for phase in audit.phases]
    return tuple(_row(project, ids) for project in _worst_first(audit.repository.projects)[:SHOWN])


def _worst_first(projects: Sequence[ProjectSummary]) -> list[ProjectSummary]:
    def order(project: ProjectSummary) -> tuple[int, int, str]:
        level = 9 if project.level is None else project.level
        return level, 101 if project.score is None else project.score, project.root

    return sorted(projects, key=order)


def _row(project: ProjectSummary, phases: Sequence[str]) -> ProjectRow:
    return ProjectRow(
        name=project.name,
        folder=project.root or ".",
        kind=KIND_WORDS.get(project.kind, project.kind),
        level=_text(project.level),
        score=_text(project.score),
        phases=tuple(_text(project.phases.get(phase)) for phase in phases),
        files=f"{project.files:,}",
        evidence=clip(project.evidence, 120),
    )


def _text(number: int | None) -> str:
    return "–" if number is None else str(number)
