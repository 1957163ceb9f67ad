"""Everything the page shows, computed before the template runs: templates compute nothing."""

from dataclasses import dataclass
from typing import Any

from mlops_audit.assessment.model import Audit, Maturity, Phase, RoadmapStep
from mlops_audit.reports.cards import Card, CardMaker, Highlight, Place, RuleBlock
from mlops_audit.reports.chains import TriggerChains, trigger_chains
from mlops_audit.reports.figure import Figure, figures, level_words, status_notes
from mlops_audit.reports.graph.fold import Folding
from mlops_audit.reports.graph.picture import Picture, picture
from mlops_audit.reports.method import Example, worked_example
from mlops_audit.reports.places import linker
from mlops_audit.reports.projects import ProjectRow, project_rows
from mlops_audit.reports.tables import Table, pairs, table, words
from mlops_audit.reports.words import (
    CLUMPS,
    KIND_WORDS,
    LEVEL_NAMES,
    SEVERITY_WORDS,
    STATUS_WORDS,
    level_name,
    span,
)

#: Boxes in all drawings of a page: beyond, triggers are told in words alone.
PICTURE_BUDGET = 500
_RUN_COLUMNS = ("store", "experiment", "name", "run", "status", "started_at", "source", "commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A roadmap step."""

    step: RoadmapStep
    place: Place | None
    phase_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clump:
    """Cards of one verdict."""

    title: str
    folded: bool
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The cards of a phase, or of one group of the foundations."""

    title: str | None
    level: str
    clumps: tuple[Clump, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase section."""

    phase: Phase
    level: str
    possible: str | None
    score_range: str | None
    notes: tuple[str, ...]
    holding: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A row of the ladder table: one cell (state, words) for each level."""

    title: str
    href: str
    level: str
    group: bool
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerView:
    """A trigger: where it is, what it reaches in words, and drawn."""

    chains: TriggerChains
    place: Place | None
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it."""

    audit: Audit
    kind: str
    revision: str | None
    level_name: str
    level_span: str | None
    score_span: str | None
    levels: tuple[tuple[int, str, str], ...]
    readings: tuple[tuple[str, str, str], ...]
    holding: tuple[tuple[str, str], ...]
    blocking: tuple[tuple[str, str], ...]
    figures: tuple[Figure, Figure]
    projects: tuple[ProjectRow, ...]
    steps: tuple[Step, ...]
    rungs: tuple[Rung, ...]
    phases: tuple[PhaseView, ...]
    leftovers: tuple[RuleBlock, ...]
    totals: tuple[tuple[str, int], ...]
    suppressed: tuple[tuple[str, Place | None, str, str], ...]
    technologies: tuple[tuple[str, str, str, str, Place | None], ...]
    triggers: tuple[TriggerView, ...]
    triggers_hidden: int
    tables: tuple[Table, ...]
    coverage: tuple[tuple[str, str], ...]
    diagnostics: tuple[tuple[Place | None, str, str, bool], ...]
    example: Example | None
    stats: tuple[tuple[str, str], ...]
    phase_titles: dict[str, str]
    status_titles: dict[str, str]
    severity_titles: dict[str, str]


def build_page(audit: Audit, highlight: Highlight) -> Page:
    """Return the view of an audit."""
    repository, maturity = audit.repository, audit.maturity
    maker = CardMaker(
        audit, linker(repository.remote_url, repository.revision, repository.prefix), highlight
    )
    cards = {practice.id: maker.card(practice) for practice in audit.practices}
    titles = {practice.id: practice.title for practice in audit.practices}
    phase_titles = {phase.id: phase.title for phase in audit.phases}
    chains, hidden = trigger_chains(audit.automation)
    runs = audit.runs
    tables = (
        table("Stores of run logs", runs.get("stores"), ("path", "kind", "runs")),
        table("Runs", runs.get("runs"), _RUN_COLUMNS),
        table("Traceability: from model to run, commit and data", runs.get("traceability")),
    )
    severities = [item.severity for item in audit.findings if item.suppressed is None]
    return Page(
        audit=audit,
        kind=KIND_WORDS.get(repository.kind, repository.kind),
        revision=repository.revision[:12] if repository.revision else None,
        level_name=maturity.level_name or level_name(maturity.level),
        level_span=span(maturity.level_range),
        score_span=span(maturity.score_range),
        levels=_levels(maturity),
        readings=_readings(maturity),
        holding=tuple((name, titles.get(name, name)) for name in maturity.held_back_by),
        blocking=tuple((name, titles.get(name, name)) for name in maturity.blocked_by),
        figures=figures(audit.phases),
        projects=project_rows(audit),
        steps=tuple(
            Step(
                step=step,
                place=maker.place(step.path, step.line),
                phase_title=phase_titles.get(step.phase, step.phase),
            )
            for step in audit.roadmap
        ),
        rungs=tuple(rung for phase in audit.phases for rung in _rungs(phase)),
        phases=tuple(_phase(phase, cards, titles) for phase in audit.phases),
        leftovers=maker.leftovers(),
        totals=tuple((name, severities.count(name)) for name in SEVERITY_WORDS),
        suppressed=tuple(
            (
                item.rule,
                maker.place(item.path, item.line, item.cell),
                item.suppressed.by,
                item.suppressed.reason,
            )
            for item in audit.findings
            if item.suppressed is not None
        ),
        technologies=tuple(
            (
                str(item.get("title", item.get("id", ""))),
                words(str(item.get("category", ""))),
                _join(item.get("via")),
                f"{item.get('places', 0)}",
                maker.place(item.get("path"), item.get("line")),
            )
            for item in repository.technologies
        ),
        triggers=_triggers(audit.automation, chains, maker),
        triggers_hidden=hidden,
        tables=tuple(item for item in tables if item is not None),
        coverage=pairs(runs.get("coverage")),
        diagnostics=tuple(
            (
                maker.place(item.get("path"), item.get("line")),
                str(item.get("reader", "")),
                str(item.get("problem", "")),
                bool(item.get("lost")),
            )
            for item in audit.diagnostics
        ),
        example=worked_example(audit),
        stats=pairs(audit.stats),
        phase_titles=phase_titles,
        status_titles={name: word.text for name, word in STATUS_WORDS.items()},
        severity_titles={name: word.text for name, word in SEVERITY_WORDS.items()},
    )


def _triggers(
    automation: dict[str, Any], chains: tuple[TriggerChains, ...], maker: CardMaker
) -> tuple[TriggerView, ...]:
    folding = Folding(automation)
    found, left = [], PICTURE_BUDGET
    for item in chains:
        drawn = picture(folding, item.node, maker.address) if left > 0 else None
        left -= len(drawn.boxes) if drawn else 0
        place = maker.place(item.path, item.line)
        found.append(TriggerView(chains=item, place=place, picture=drawn))
    return tuple(found)


def _join(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _levels(maturity: Maturity) -> tuple[tuple[int, str, str], ...]:
    low = maturity.level
    high = maturity.level_range[1] if maturity.level_range else low
    return tuple((number, name, _reach(number, low, high)) for number, name in LEVEL_NAMES.items())


def _reach(number: int, level: int | None, high: int | None) -> str:
    if level is None:
        return "off"
    if number <= level:
        return "reached"
    return "possible" if high is not None and number <= high else "open"


def _readings(maturity: Maturity) -> tuple[tuple[str, str, str], ...]:
    def number(value: int | None) -> str:
        return "–" if value is None else str(value)

    return (
        ("Claimed", number(maturity.claimed), "if everything that is written down were true"),
        ("Evidenced", number(maturity.level), "what code, configuration and automation show"),
        ("Proven", number(maturity.proven), "what run logs, locks and history confirm"),
    )


def _phase(phase: Phase, cards: dict[str, Card], titles: dict[str, str]) -> PhaseView:
    inside = [cards[name] for name in phase.practices if name in cards]
    blocks: list[Block] = []
    for group in phase.groups:
        names = set(group.get("practices", ()))
        members = [card for card in inside if card.practice.id in names]
        inside = [card for card in inside if card.practice.id not in names]
        title = str(group.get("title", group.get("id", "")))
        blocks.append(
            Block(title=title, level=level_words(group.get("level")), clumps=_clumps(members))
        )
    if inside or not blocks:
        blocks.append(Block(title=None, level="", clumps=_clumps(inside)))
    return PhaseView(
        phase=phase,
        level=level_words(phase.level),
        possible=span(phase.level_range) if phase.level is not None else None,
        score_range=span(phase.score_range),
        notes=status_notes(phase),
        holding=tuple((name, titles.get(name, name)) for name in phase.blocked_by),
        blocks=tuple(blocks),
    )


def _clumps(cards: list[Card]) -> tuple[Clump, ...]:
    found = []
    for title, statuses, folded in CLUMPS:
        members = tuple(card for card in cards if card.practice.status in statuses)
        if members:
            found.append(Clump(title=title, folded=folded, cards=members))
    return tuple(found)


def _rungs(phase: Phase) -> list[Rung]:
    high = phase.level_range[1] if phase.level_range else phase.level
    rows = [
        Rung(
            title=phase.title,
            href=f"#phase-{phase.id}",
            level=level_words(phase.level),
            group=False,
            cells=_cells(phase.level, high, len(phase.blocked_by)),
        )
    ]
    for group in phase.groups:
        level = group.get("level")
        rows.append(
            Rung(
                title=str(group.get("title", group.get("id", ""))),
                href=f"#phase-{phase.id}",
                level=level_words(level),
                group=True,
                cells=_cells(level, level, 0),
            )
        )
    return rows


def _cells(level: int | None, high: int | None, blocking: int) -> tuple[tuple[str, str], ...]:
    cells = []
    for number in range(1, 5):
        state = _reach(number, level, high)
        text = {"reached": "Reached", "possible": "Possible, unseen", "open": "Open"}.get(
            state, "Not due"
        )
        if state == "open" and level is not None and number == level + 1:
            state = "held"
            text = f"Held back by {blocking}" if blocking else "Held back"
        cells.append((state, text))
    return tuple(cells)
