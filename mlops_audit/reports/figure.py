"""Geometry of the lifecycle drawing; the template only prints it."""

from dataclasses import dataclass

from mlops_audit.assessment.model import Phase
from mlops_audit.reports.words import plural, span

_SHORT = {"Experimentation & development": "Experimentation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One phase as a box."""

    href: str
    label: str
    x: int
    y: int
    width: int
    height: int
    title: str
    level: str
    tone: str  # class that colours the level: l0 … l4, off
    score: str
    bar: int  # width of the filled part
    low: int
    high: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The whole drawing."""

    name: str  # wide | tall
    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[str, ...]
    loop: str
    loop_label: tuple[int, int]
    loop_text: str
    base: Node | None
    base_groups: tuple[tuple[int, int, str], ...]


def figures(phases: tuple[Phase, ...]) -> tuple[Figure, Figure]:
    """Return the drawing for wide and for narrow screens."""
    base = next((phase for phase in phases if phase.id == "foundations"), None)
    chain = [phase for phase in phases if phase is not base]
    return _wide(chain, base), _tall(chain, base)


def _wide(chain: list[Phase], base: Phase | None) -> Figure:
    width, gap, top, height = 1120, 32, 56, 152
    box = (width - gap * (max(len(chain), 1) - 1)) // max(len(chain), 1)
    nodes = tuple(
        _node(phase, number * (box + gap), top, box, height) for number, phase in enumerate(chain)
    )
    middle = top + height // 2
    arrows = tuple(f"M{node.x + box + 4} {middle}H{node.x + box + gap - 6}" for node in nodes[:-1])
    loop, label = "", (0, 0)
    if len(nodes) > 2:
        start, end = nodes[-1].x + box // 2, nodes[1].x + box // 2
        loop = (
            f"M{start} {top - 4}V34Q{start} 20 {start - 14} 20"
            f"H{end + 14}Q{end} 20 {end} 34V{top - 8}"
        )
        label = ((start + end) // 2, 25)
    bottom = top + height + 22
    return Figure(
        name="wide",
        width=width,
        height=bottom + 108 if base else bottom,
        nodes=nodes,
        arrows=arrows,
        loop=loop,
        loop_label=label,
        loop_text="new data, drift, schedule",
        base=_node(base, 0, bottom, width, 104, bar=300) if base else None,
        base_groups=_groups(base, 360, bottom + 36, 370, 28, 2),
    )


def _tall(chain: list[Phase], base: Phase | None) -> Figure:
    width, box, height, gap = 340, 300, 152, 26
    nodes = tuple(
        _node(phase, 0, number * (height + gap) + 2, box, height)
        for number, phase in enumerate(chain)
    )
    arrows = tuple(
        f"M{box // 2} {node.y + height + 3}V{node.y + height + gap - 6}" for node in nodes[:-1]
    )
    loop = ""
    if len(nodes) > 2:
        start, end = nodes[-1].y + height // 2, nodes[1].y + height // 2
        loop = (
            f"M{box + 4} {start}H312Q326 {start} 326 {start - 14}"
            f"V{end + 14}Q326 {end} 312 {end}H{box + 8}"
        )
    bottom = len(nodes) * (height + gap) + 2
    groups = _groups(base, 16, bottom + 140, 300, 20, 1)
    tall = 154 + 20 * len(groups)
    return Figure(
        name="tall",
        width=width,
        height=bottom + tall + 4 if base else bottom,
        nodes=nodes,
        arrows=arrows,
        loop=loop,
        loop_label=(0, 0),
        loop_text="",
        base=_node(base, 0, bottom, box, tall) if base else None,
        base_groups=groups,
    )


def _groups(
    base: Phase | None, x: int, y: int, across: int, down: int, columns: int
) -> tuple[tuple[int, int, str], ...]:
    if base is None:
        return ()
    return tuple(
        (
            x + across * (number % columns),
            y + down * (number // columns),
            f"{group.get('title', group.get('id', ''))}: {level_words(group.get('level'))}",
        )
        for number, group in enumerate(base.groups)
    )


def _node(phase: Phase, x: int, y: int, width: int, height: int, *, bar: int | None = None) -> Node:
    bar = bar or width - 32
    low, high = phase.score_range or (phase.score or 0, phase.score or 0)
    bounds = span(phase.score_range)
    score = "no score" if phase.score is None else f"{phase.score}/100"
    if bounds and phase.score is not None:
        score += f" ({bounds})"
    notes = status_notes(phase)
    level = level_words(phase.level)
    possible = span(phase.level_range)
    return Node(
        href=f"#phase-{phase.id}",
        label=f"{phase.title}: {level}, score {score}, {', '.join(notes)}",
        x=x,
        y=y,
        width=width,
        height=height,
        title=_SHORT.get(phase.title, phase.title),
        level=f"{level} ({possible} possible)" if possible and phase.level is not None else level,
        tone="off" if phase.level is None else f"l{phase.level}",
        score=score,
        bar=round((phase.score or 0) * bar / 100),
        low=round(low * bar / 100),
        high=round(high * bar / 100),
        notes=notes,
    )


def level_words(level: object) -> str:
    """Return 'Level 2', or 'Not due' where there is none."""
    return "Not due" if level is None else f"Level {level}"


def status_notes(phase: Phase) -> tuple[str, ...]:
    """Return at most three short lines about the practices of a phase."""
    count = phase.counts.get
    judged = sum(
        number for name, number in phase.counts.items() if name not in ("not-due", "not-applicable")
    )
    if not judged:
        return ("nothing is judged here",)
    first = f"{count('met', 0)} of {plural(judged, 'practice')} met"
    gaps = [
        f"{number} {word}"
        for number, word in (
            (count("unmet", 0) + count("contradicted", 0), "not met"),
            (count("partial", 0), "partly"),
            (count("unknown", 0), "unseen"),
        )
        if number
    ]
    lines = [" · ".join(gaps[:2]), " · ".join(gaps[2:])]
    return (first, *(line for line in lines if line))
