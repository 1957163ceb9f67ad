"""The drawing of what a trigger starts: geometry and words; the template only prints it."""

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import east_asian_width

from mlops_audit.reports.graph.fold import Folding, Part
from mlops_audit.reports.graph.layers import layout
from mlops_audit.reports.graph.names import label_of
from mlops_audit.text import visible

#: Columns of a line of text, lines of a box, and pixels of both.
_COLUMNS, _LINES = 23, 3
_ACROSS, _DOWN, _KIND = 6.7, 15, 15
_PAD = 10
_TONES = {
    "trigger": "trigger",
    "command": "command",
    "script": "code",
    "notebook": "code",
    "function": "code",
}

Address = Callable[[str | None, int | None], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One node: where it lies and what it says."""

    x: int
    y: int
    width: int
    height: int
    tone: str  # class: trigger | job | command | code | action | lost | more
    kind: str
    lines: tuple[str, ...]
    title: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole drawing; a way is a path and its state: followed, likely or lost."""

    width: int
    height: int
    label: str
    boxes: tuple[Box, ...]
    ways: tuple[tuple[str, str], ...]
    hidden: int


def picture(folding: Folding, start: str, address: Address) -> Picture | None:
    """Return the drawing of what a trigger starts, or None if it starts nothing."""
    part = folding.part(start)
    if len(part.nodes) < 2:
        return None
    drafts = _drafts(folding, part)
    sizes = {name: _size(kind, lines) for name, (_, kind, lines, _) in drafts.items()}
    edges = dict(part.edges)
    edges |= {(name, f"{name}\0does"): "followed" for name in part.actions}
    edges |= {(name, f"{name}\0more"): "likely" for name in part.hidden}
    drawn = layout(sizes, edges)
    boxes = []
    for name, (tone, kind, lines, title) in drafts.items():
        node = folding.nodes.get(name, {})
        spot, (width, height) = drawn.spots[name], sizes[name]
        boxes.append(
            Box(
                x=spot.x + 1,
                y=spot.y + 1,
                width=width,
                height=height,
                tone=tone,
                kind=kind,
                lines=lines,
                title=title,
                href=address(node.get("path"), node.get("line")) if node else None,
            )
        )
    hidden = sum(part.hidden.values())
    return Picture(
        width=drawn.width + 2,
        height=drawn.height + 2,
        label=f"What {label_of(folding.nodes[start])} starts, drawn; the same follows in words",
        # In reading order, which is that of the keyboard.
        boxes=tuple(sorted(boxes, key=lambda box: (box.x, box.y))),
        ways=tuple((_curve(drawn.ways[edge]), state) for edge, state in edges.items()),
        hidden=hidden,
    )


def _drafts(folding: Folding, part: Part) -> dict[str, tuple[str, str, tuple[str, ...], str]]:
    """Return tone, kind, lines and whole text of every box."""
    lost = {target for (_, target), state in part.edges.items() if state == "lost"}
    drafts: dict[str, tuple[str, str, tuple[str, ...], str]] = {}
    for name in part.nodes:
        node = folding.nodes[name]
        kind, label = visible(str(node["kind"])), label_of(node)
        label = label.removeprefix(f"{kind} ")
        tone = _TONES.get(kind, "job")
        title = f"{kind} {label}"
        if node.get("path"):
            title += f", {visible(str(node['path']))}" + (
                f":{node['line']}" if node["line"] else ""
            )
        if name in lost:
            tone, kind, title = "lost", f"✕ {kind}, not found", f"{title}, not found"
        drafts[name] = (tone, kind, _wrapped(label), title)
        if name in part.actions:
            actions = [visible(action.replace("_", " ")) for action in part.actions[name]]
            said = ", ".join(actions)
            drafts[f"{name}\0does"] = ("action", "does", _wrapped(said), f"does {said}")
        if name in part.hidden:
            count = part.hidden[name]
            drafts[f"{name}\0more"] = ("more", "", (f"… {count:,} more",), f"{count:,} more")
    return drafts


def _size(kind: str, lines: tuple[str, ...]) -> tuple[int, int]:
    columns = max(0.95 * _columns(kind), *map(_columns, lines))
    return (
        round(columns * _ACROSS) + 2 * _PAD,
        len(lines) * _DOWN + (_KIND if kind else 0) + _PAD,
    )


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _wrapped(text: str) -> tuple[str, ...]:
    """Return text in at most three lines, broken at spaces and slashes where there are any."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < _LINES:
        end = _fitting(rest)
        if end < len(rest):
            if len(lines) == _LINES - 1:
                lines.append(rest[: _fitting(rest, _COLUMNS - 1)] + "…")
                break
            breaks = [rest.rfind(sign, end // 3, end) for sign in " /_.-"]
            best = max(breaks[:2]) if max(breaks[:2]) >= 0 else max(breaks)
            end = best + 1 if best >= 0 else end
        lines.append(rest[:end].strip())
        rest = rest[end:].lstrip()
    return tuple(lines) or ("–",)


def _fitting(text: str, columns: int = _COLUMNS) -> int:
    """Return how many characters fit into a line."""
    used = 0
    for number, sign in enumerate(text):
        used += 2 if east_asian_width(sign) in "WF" else 1
        if used > columns:
            return number
    return len(text)


def _curve(points: tuple[tuple[int, int], ...]) -> str:
    """Return the path through the points: curves between layers, lines inside of them."""
    x, y = points[0]
    said = [f"M{x + 1} {y + 1}"]
    for number, (to_x, to_y) in enumerate(points[1:]):
        end = to_x - 4 if number == len(points) - 2 else to_x  # room for the tip
        if to_y == y and to_x >= x:
            if to_x > x:
                said.append(f"H{end + 1}")
        else:
            bend = (to_x - x) // 2 if to_x > x else 30
            said.append(
                f"C{x + 1 + bend} {y + 1} {to_x + 1 - bend} {to_y + 1} {end + 1} {to_y + 1}"
            )
        x, y = to_x, to_y
    return "".join(said)
