"""The terminal: plain where nobody looks, and never at the mercy of what is printed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mlops_audit.reports.places import place_text
from mlops_audit.text import visible

if TYPE_CHECKING:
    from rich.console import Console

SEVERITY_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def make_console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    """Return a console that is plain on a pipe, under NO_COLOR and in CI."""
    from rich.console import Console  # costs 60 ms, which `--help` must not pay

    plain = bool(environment.get("NO_COLOR") or environment.get("CI"))
    plain = plain or not stream.isatty()
    return Console(
        file=stream,
        force_terminal=False if plain else None,
        no_color=plain or None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
    )


class Printer:
    """Prints one line of styled parts; nothing is ever parsed as markup."""

    def __init__(self, console: Console, *, unicode: bool, root: Path | None = None) -> None:
        """Print to a console; ``root`` is the audited folder, if its files lie on disk."""
        self._console = console
        self._root = None if root is None or not console.is_terminal else root.absolute()
        # The log of a GitHub job is read for commands, and what is printed is not ours alone.
        self._commands = bool(os.environ.get("GITHUB_ACTIONS"))
        self.unicode = unicode

    def place(self, path: str, line: int | None, cell: int | None) -> tuple[str, str]:
        """Return a place that a terminal opens when it is clicked."""
        text = place_text(path, line, cell)
        if self._root is None or path.startswith("/") or ".." in path.split("/"):
            return text, "cyan"
        return text, f"cyan link {(self._root / path).as_uri()}"

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print parts of text, or of text and its style, as one line."""
        from rich.text import Text

        text = Text()
        for part in parts:
            content, style = (part, "") if isinstance(part, str) else part
            content = visible(content)
            if self._commands:
                content = content.replace("##[", "## [").replace("::", ": :")
            if not self.unicode:
                content = content.replace("–", "-").replace("·", "-").replace("→", "->")
                content = content.replace("…", "...").encode("ascii", "replace").decode()
            text.append(content, style=style)
        self._console.print(text, soft_wrap=True, highlight=False)
