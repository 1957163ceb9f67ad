"""Where statements start in Python text, without parsing it.

Magics and shell lines make a cell unreadable for the parser, and a line that starts with `%` or
`!` inside brackets or a string is none: so brackets and strings are followed line by line.
"""

import re

_TOKEN = re.compile(r"#|'''|\"\"\"|'|\"|[(\[{]|[)\]}]")
#: What is left of a string up to its end, by delimiter.
_REST = {
    "'": re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'"),
    '"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"'),
    "'''": re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"),
    '"""': re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'),
}


class StatementStarts:
    """Follows brackets and strings from line to line."""

    def __init__(self) -> None:
        self._depth = 0
        #: Delimiter of the string that is open at the end of the line before.
        self._string = ""
        self._continued = False

    @property
    def at_start(self) -> bool:
        """Whether the next line starts a statement."""
        return not (self._depth or self._string or self._continued)

    @property
    def in_string(self) -> bool:
        """Whether the next line starts inside a string."""
        return bool(self._string)

    def reset(self) -> None:
        """Take the next line for the start of a statement, whatever is open."""
        self._depth, self._string, self._continued = 0, "", False

    def read(self, line: str) -> None:
        """Take a line of Python."""
        at = 0
        if self._string:
            closing = _REST[self._string].match(line)
            if closing is None:
                # Only a backslash carries a short string over the end of its line.
                if len(self._string) == 1 and not line.endswith("\\"):
                    self._string = ""
                return
            at, self._string = closing.end(), ""
        while token := _TOKEN.search(line, at):
            text, at = token[0], token.end()
            if text == "#":
                self._continued = False
                return
            if text in "([{":
                self._depth += 1
            elif text in ")]}":
                self._depth = max(0, self._depth - 1)
            elif closing := _REST[text].match(line, at):
                at = closing.end()
            else:
                if len(text) == 3 or line.endswith("\\"):
                    self._string = text
                self._continued = False
                return
        self._continued = line.endswith("\\")
