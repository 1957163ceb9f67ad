"""Outputs that the source of their cell, as it stands, can't have made: it was edited since."""

import re
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}m")
#: The frame of the cell in a traceback of IPython, of any version.
_FRAME = re.compile(r"<ipython-input-\d{1,6}-|Cell In ?\[\d|Input In ?\[\d")
#: The line at which a frame stands.
_ARROW = re.compile(r"-{2,8}> {1,8}\d{1,6} ?(.*)")
_TRACEBACK = 5_000
_FRAMES = 200


def stale_reason(source: str, outputs: list[Any]) -> str | None:
    """Return 'empty' or 'traceback' if the outputs of a Python cell are not those of its source.

    'empty': there is no code, and yet output. 'traceback': an error shows a line of the cell that
    it does not hold.
    """
    shown = [output for output in outputs if isinstance(output, dict)]
    if not shown:
        return None
    lines = {line.strip() for line in source.split("\n")}
    if all(line.startswith("#") for line in lines if line):
        return "empty"
    # IPython shows magics and shell lines as what it makes of them.
    if any(line.startswith(("%", "!")) or "?" in line for line in lines):
        return None
    for output in shown:
        line = _failing_line(output)
        if line and line not in lines and "get_ipython" not in line:
            return "traceback"
    return None


def _failing_line(output: dict[str, Any]) -> str:
    """Return the line of the cell at which an error arose, '' if it is not shown."""
    traceback = output.get("traceback")
    if output.get("output_type") not in ("error", "pyerr") or not isinstance(traceback, list):
        return ""
    for part in traceback[:_FRAMES]:
        if not isinstance(part, str):
            continue
        text = _ANSI.sub("", part[:_TRACEBACK])
        if _FRAME.search(text[:200]):
            found = _ARROW.search(text)
            return found[1].strip() if found else ""
    return ""
