"""Naming places in the repository, and linking to them at the forge."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

Linker = Callable[[str | None, int | None, int | None], str | None]
#: (quoted path, revision, first line or 0, last line) → address.
Forge = Callable[[str, str, int, int], str]

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

    GitHub, GitLab, Azure DevOps and Bitbucket are linked, always by https, and only at the audited
    revision. User names and tokens of the remote are dropped. ``folder`` is where paths start in
    the repository.
    """
    forge = _forge(remote_url)
    if forge is None or revision is None or not _REVISION.fullmatch(revision):
        return lambda path, line, end: None
    start = quote(folder, safe="/", errors="replace") + "/" if folder else ""

    def link(path: str | None, line: int | None, end: int | None) -> str | None:
        if path is None:
            return None
        # Forges render notebooks without line anchors.
        first = 0 if path.endswith(".ipynb") else line or 0
        last = max(first, end or 0) if first else 0
        return forge(start + quote(path, safe="/", errors="replace"), revision, first, last)

    return link


def _forge(remote_url: str | None) -> Forge | None:
    address = _address(remote_url)
    if address is None:
        return None
    host, project = address
    if host in ("dev.azure.com", "ssh.dev.azure.com") or host.endswith(".visualstudio.com"):
        return _azure(host, project)
    if host == "bitbucket.org":
        return _bitbucket_cloud(f"https://{host}/{project}/src/")
    if "bitbucket" in host:
        return _bitbucket_server(host, project)
    if "github" in host:
        return _blobs(f"https://{host}/{project}/blob/", "L")
    if "gitlab" in host:
        return _blobs(f"https://{host}/{project}/-/blob/", "")
    return None


def _blobs(base: str, letter: str) -> Forge:
    """Return links of GitHub (`#L3-L5`) and GitLab (`#L3-5`)."""

    def link(path: str, revision: str, first: int, last: int) -> str:
        address = f"{base}{revision[:12]}/{path}"
        if not first:
            return address
        return f"{address}#L{first}" + (f"-{letter}{last}" if last > first else "")

    return link


def _bitbucket_cloud(base: str) -> Forge:
    def link(path: str, revision: str, first: int, last: int) -> str:
        address = f"{base}{revision[:12]}/{path}"
        if not first:
            return address
        return f"{address}#lines-{first}" + (f":{last}" if last > first else "")

    return link


def _bitbucket_server(host: str, project: str) -> Forge | None:
    parts = project.removeprefix("scm/").split("/")
    if len(parts) != 2:
        return None
    # Personal repositories are cloned as ~name and lie under users/name.
    owner = f"users/{parts[0][1:]}" if parts[0].startswith("~") else f"projects/{parts[0]}"
    base = f"https://{host}/{owner}/repos/{parts[1]}/browse/"

    def link(path: str, revision: str, first: int, last: int) -> str:
        address = f"{base}{path}?at={revision}"
        if not first:
            return address
        return f"{address}#{first}" + (f"-{last}" if last > first else "")

    return link


def _azure(host: str, project: str) -> Forge | None:
    """Return links of Azure DevOps, which takes whole revisions and the end of a range."""
    ssh = "ssh" in host
    parts = project.removeprefix("v3/").split("/") if ssh else project.split("/")
    if ssh and len(parts) == 3:
        base = f"https://dev.azure.com/{parts[0]}/{parts[1]}/_git/{parts[2]}"
    elif not ssh and len(parts) > 1 and parts[-2] == "_git":
        base = f"https://{host}/{project}"
    else:
        return None

    def link(path: str, revision: str, first: int, last: int) -> str:
        # In a query a plus is a space and an ampersand the next value: both are quoted already.
        address = f"{base}?path=/{path}&version=GC{revision}"
        if not first:
            return address
        lines = f"&line={first}&lineEnd={last + 1}&lineStartColumn=1&lineEndColumn=1"
        return address + lines

    return link


def _address(remote_url: str | None) -> tuple[str, str] | None:
    """Return host and path of a remote, without whoever logs in."""
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
    project = quote(unquote(path).strip("/").removesuffix(".git"), safe="/~")
    if not _HOST.fullmatch(host) or "/" not in project:
        return None
    return host, project
