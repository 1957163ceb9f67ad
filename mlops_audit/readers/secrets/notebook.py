"""Credentials in Jupyter notebooks: in the cells, and in what they printed."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.parsing import decode
from mlops_audit.readers.notebook.document import NotANotebookError, load_notebook, source_text
from mlops_audit.readers.notebook.outputs import payload
from mlops_audit.readers.secrets.candidates import candidate_rows
from mlops_audit.readers.secrets.detect import detect
from mlops_audit.schema import Diagnostic, SecretCandidate

#: Characters of all outputs of one notebook that are searched.
OUTPUT_LIMIT = 8_000_000
#: Characters of a file that is no valid notebook and is searched as plain text.
_TEXT_LIMIT = 10_000_000
_DEPTH = 20
_NODES = 20_000

_SHELL_LINE = re.compile(r"^[ \t]*[%!]", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
#: A longer script in an output is the library that draws a plot.
_SCRIPT_LIMIT = 5_000
_DATA_URI = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]*")


def notebook_candidates(path: str, content: bytes) -> Iterator[SecretCandidate | Diagnostic]:
    """Yield a row for everything like a credential; lines are those inside a cell."""
    try:
        document = load_notebook(content)
    except NotANotebookError:
        text = decode(content[:_TEXT_LIMIT])
        yield from candidate_rows(path, None, "code", detect(text))
        return
    left = OUTPUT_LIMIT
    for index, cell in enumerate(document.cells):
        prose = cell.kind != "code"
        # Shell escapes and %env lines hold values without quotes.
        unquoted = "=" if prose or _SHELL_LINE.search(cell.source) else ""
        place = "document" if prose else "code"
        yield from candidate_rows(path, index, place, detect(cell.source, unquoted=unquoted))
        seen: set[str] = set()
        for output in cell.outputs:
            for text in _texts(output) if isinstance(output, dict) else ():
                shown = _COLOUR.sub("", _DATA_URI.sub("", text[: max(0, left)]))
                left -= len(text)
                found = [hit for hit in detect(shown, unquoted="=:") if hit.value not in seen]
                seen.update(hit.value for hit in found)
                yield from candidate_rows(path, index, "output", found)
    if left < 0:
        problem = f"Only the first {OUTPUT_LIMIT:,} characters of the outputs were searched."
        yield Diagnostic(path, None, "secrets", problem, True)


def _texts(output: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of an output; images and other binary data hold none."""
    if output.get("output_type") == "stream":
        yield source_text(output.get("text"))
        return
    traceback = output.get("traceback")
    if isinstance(traceback, list):
        yield "\n".join(part for part in traceback if isinstance(part, str))
    yield source_text(output.get("evalue"))
    for media_type, value in payload(output):
        if media_type == "text/html":
            yield "".join(_without_libraries(source_text(value)))
        elif media_type.startswith("text/"):
            yield source_text(value)
        elif "json" in media_type or media_type == "application/javascript":
            yield "\n".join(_json_lines(value))


def _without_libraries(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find("<script", at)) >= 0:
        end = text.find("</script>", start)
        if end < 0:
            break
        yield text[at : start if end - start > _SCRIPT_LIMIT else end]
        at = end
    yield text[at:]


def _json_lines(value: Any) -> Iterator[str]:
    """Yield the strings of a JSON value with their keys, as a file would have them."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    for _ in range(_NODES):
        if not waiting:
            return
        key, item, depth = waiting.pop()
        if isinstance(item, str):
            yield f'"{key}": "{item}"' if key else item
        elif depth < _DEPTH and isinstance(item, dict):
            waiting.extend((name, part, depth + 1) for name, part in reversed(item.items()))
        elif depth < _DEPTH and isinstance(item, list):
            waiting.extend((key, part, depth + 1) for part in reversed(item[:_NODES]))
