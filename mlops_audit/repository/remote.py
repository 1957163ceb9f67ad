"""The address of a repository as a page that people can open, without credentials."""

import re
from urllib.parse import urlsplit

_SCP = re.compile(r"(?:[\w.+-]{1,100}@)?(?P<host>[\w.-]{2,200}):(?!/?/)(?P<path>[^\s?#]{1,1000})")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_PATH = re.compile(r"[\w.~@%+/ -]{1,1000}")


def https_form(url: str) -> str | None:
    """Return ``https://host/path`` for a remote address, or None for a local or odd one."""
    url = url.strip()
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return None
        if parts.scheme.lower() not in ("http", "https", "ssh", "git", "git+ssh", "git+https"):
            return None
    else:
        match = _SCP.fullmatch(url)
        if match is None or len(match["host"]) < 2 or "\\" in url:
            return None
        host, path = match["host"], match["path"]
    path = path.strip("/").removesuffix(".git")
    if not (_HOST.fullmatch(host) and "." in host and _PATH.fullmatch(path)):
        return None
    host = host.lower()
    if host in ("ssh.dev.azure.com", "vs-ssh.visualstudio.com") and path.startswith("v3/"):
        parts_of = path.split("/")
        if len(parts_of) == 4:
            _, organisation, project, name = parts_of
            host, path = "dev.azure.com", f"{organisation}/{project}/_git/{name}"
    return f"https://{host}/{path.replace(' ', '%20')}"
