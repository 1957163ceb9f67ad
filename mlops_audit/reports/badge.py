"""The level and score as a badge: one line of SVG made of our own words and numbers alone."""

from mlops_audit.assessment.model import Audit, Maturity

_LABEL = "MLOps"
#: Colours on which white text has a contrast of 4.5 to 1 and more; the words say the same.
_COLOURS = {0: "#b0251c", 1: "#8a5700", 2: "#8a5700", 3: "#17703f", 4: "#17703f"}
_NEUTRAL, _DARK = "#5c6675", "#333b47"
#: Widths of Verdana at 11 pixels, rounded up; what is not named is a letter.
_WIDTHS = {" ": 4, "/": 5, ",": 5, "l": 3, "i": 3, "M": 10, "O": 9, "L": 7, "m": 11}


def render_badge(audit: Audit) -> str:
    """Return the badge; nothing of the repository but its level and score is in it."""
    maturity = audit.maturity
    message, title = _message(maturity), _title(maturity)
    colour = _NEUTRAL if maturity.level is None else _COLOURS.get(maturity.level, _NEUTRAL)
    if maturity.blocked:
        colour = _COLOURS[0]
    left, right = _width(_LABEL), _width(message)
    return (
        # No ids: several badges may stand in one document.
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20"'
        f' role="img" aria-label="{title}"><title>{title}</title>'
        f'<rect width="{left + 6}" height="20" rx="3" fill="{_DARK}"/>'
        f'<rect x="{left}" width="{right}" height="20" rx="3" fill="{colour}"/>'
        f'<rect x="{left}" width="4" height="20" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11"'
        ' aria-hidden="true">'
        f"{_text(_LABEL, 0, left)}{_text(message, left, right)}</g></svg>\n"
    )


def _message(maturity: Maturity) -> str:
    level = "no level" if maturity.level is None else f"level {maturity.level}"
    score = "" if maturity.score is None else f", {maturity.score}/100"
    return f"{level}{score}{', blocked' if maturity.blocked else ''}"


def _title(maturity: Maturity) -> str:
    level = "no level" if maturity.level is None else f"level {maturity.level} of 4"
    score = "" if maturity.score is None else f", score {maturity.score} of 100"
    return f"MLOps maturity: {level}{score}{', blocked' if maturity.blocked else ''}"


def _width(text: str) -> int:
    return 12 + sum(_WIDTHS.get(sign, 7) for sign in text)


def _text(text: str, start: int, width: int) -> str:
    # The length is set, so that any font fills the same room.
    return f'<text x="{start + 6}" y="14" textLength="{width - 12}">{text}</text>'
