"""Naming places in the repository, and linking to them at the forge."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

Linker = Callable[[str | None, int | None, int | None], str | None]

_REVISION = re.compile(r"[0-9a-fA-F]{7,64}")
_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[^:\\]+)")
_HOST = re.compile(r"[a-z0-9.-]+(?::\d{1,5})?")


def place_text(path: str | None, line: int | None, cell: int | None) -> str:
    """Return `path:line`; in a notebook the cell (counted from 1) and the line inside it."""
    if path is None:
        return ""
    if cell is not None:
        return f"{path} cell {cell + 1}" + (f" line {line}" if line else "")
    return f"{path}:{line}" if line else path


def linker(remote_url: str | None, revision: str | None, folder: str = "") -> Linker:
    """Return a function that gives the web address of a place, or None where none is known.

    Only GitHub and GitLab are linked, always by https, and only at the audited revision. User
    names and tokens of the remote are dropped. ``folder`` is where paths start in the repository.
    """
    base = _base(remote_url)
    if base is None or revision is None or not _REVISION.fullmatch(revision):
        return lambda path, line, end: None
    host, project = base
    infix = "blob" if "github" in host else "-/blob"
    prefix = f"https://{host}/{project}/{infix}/{revision[:12]}/"
    if folder:
        prefix += quote(folder, safe="/", errors="replace") + "/"

    def link(path: str | None, line: int | None, end: int | None) -> str | None:
        if path is None:
            return None
        address = prefix + quote(path, safe="/", errors="replace")
        if not line or path.endswith(".ipynb"):  # forges render notebooks without line anchors
            return address
        if end and end > line:
            return f"{address}#L{line}-{'L' if 'github' in host else ''}{end}"
        return f"{address}#L{line}"

    return link


def _base(remote_url: str | None) -> tuple[str, str] | None:
    if not remote_url:
        return None
    host, path = "", ""
    if "://" in remote_url:
        try:
            parts = urlsplit(remote_url)
            port = f":{parts.port}" if parts.port and parts.scheme == "https" else ""
            host, path = (parts.hostname or "") + port, parts.path
        except ValueError:
            return None
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return None
    elif match := _SCP.fullmatch(remote_url):
        host, path = match["host"], match["path"]
    host = host.lower()
    project = quote(path.strip("/").removesuffix(".git"), safe="/")
    if not _HOST.fullmatch(host) or "/" not in project:
        return None
    return (host, project) if "github" in host or "gitlab" in host else None
