"""What the stored outputs of one cell are."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_IMAGES_V3 = frozenset({"png", "jpeg", "jpg", "svg", "gif", "pdf"})
#: Payload keys of an output before nbformat 4, and the type each stands for.
_KEYS_V3 = {
    "html": "text/html",
    "text": "text/plain",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    **{key: f"image/{key}" for key in sorted(_IMAGES_V3)},
}
#: Characters of an HTML output in which a table is looked for.
_TABLE_WITHIN = 20_000


class Outputs(NamedTuple):
    """A summary of the outputs of a cell."""

    #: Bytes of text, data and tracebacks, as UTF-8.
    size: int
    #: Space-separated kinds in order of appearance.
    kinds: str
    #: Name of the exception of the last error output.
    error: str | None


def summarise(outputs: list[Any]) -> Outputs:
    """Return size, kinds and error of the outputs of one cell; odd outputs count for nothing."""
    size = 0
    kinds: dict[str, None] = {}
    error: str | None = None
    for output in outputs:
        if not isinstance(output, dict):
            continue
        kind = output.get("output_type")
        if kind == "stream":
            size += _size(output.get("text"))
            kinds["stream"] = None
        elif kind in ("error", "pyerr"):
            size += sum(_size(output.get(key)) for key in ("ename", "evalue", "traceback"))
            kinds["error"] = None
            name = output.get("ename")
            error = name.strip()[:200] if isinstance(name, str) else ""
        else:
            shown: dict[str, None] = {}
            for media_type, value in payload(output):
                size += _size(value)
                shown.setdefault(_kind(media_type, value))
            if len(shown) > 1:
                # The plain text repeats what the richer form shows.
                shown.pop("text", None)
            kinds.update(shown)
    return Outputs(size, " ".join(kinds), error)


def payload(output: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield media type and value of everything that a result or display holds."""
    data = output.get("data")
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key), value
    for key, media_type in _KEYS_V3.items():
        if key in output:
            yield media_type, output[key]


def _kind(media_type: str, value: Any) -> str:
    if media_type.startswith("image/"):
        return "image"
    if media_type == "text/html":
        return "table" if "<table" in _beginning(value) else "html"
    if media_type.startswith("application/vnd.databricks"):
        return "table" if isinstance(value, dict) and value.get("type") == "table" else "json"
    if media_type.startswith("text/"):
        return "text"
    return "json" if "json" in media_type else "html"


def _beginning(value: Any) -> str:
    if isinstance(value, str):
        return value[:_TABLE_WITHIN]
    if not isinstance(value, list):
        return ""
    text = ""
    for part in value:
        if isinstance(part, str):
            text += part[:_TABLE_WITHIN]
        if len(text) > _TABLE_WITHIN:
            break
    return text


def _size(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return _bytes(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return sum(map(_bytes, value))
    try:
        return _bytes(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except (ValueError, RecursionError):
        return 0


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
