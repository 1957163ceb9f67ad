"""What a tracking address means, and what of it may be shown."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlops_audit.errors import UsageError
from mlops_audit.text import shown

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,40}):")
_SERVER = ("http", "https")
_DATABASES = frozenset(
    {"postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle", "sqlite", "cockroachdb"}
)
_HOSTED = {
    "databricks": "a Databricks workspace",
    "uc": "Unity Catalog",
    "azureml": "an Azure ML workspace",
    "wandb": "W&B",
    "arn": "SageMaker",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One tracking store: where it is, how it is read, and a name without credentials."""

    #: `files`, `sqlite`, `database` or `server`.
    kind: str
    #: A path, or the address with its credentials: never shown.
    target: str
    #: What reports call the store.
    name: str


def parse_address(text: str) -> Address:
    """Return what a `--tracking-uri` names.

    Raises:
        UsageError: it is no address, or one of a service that cannot be read.
    """
    text = text.strip()
    found = _SCHEME.match(text)
    # A drive of Windows is one letter, which the expression takes for no scheme.
    scheme = found[1].lower() if found else ""
    base = scheme.partition("+")[0]
    if scheme in _SERVER:
        return _server(text)
    if scheme == "sqlite":
        return _sqlite(text)
    if scheme == "file":
        return _path(unquote(urlsplit(text).path), text)
    if base in _DATABASES:
        return Address(kind="database", target=text, name=without_credentials(text))
    if base in _HOSTED:
        raise UsageError(
            f"--tracking-uri {shown(without_credentials(text))}: {_HOSTED[base]} cannot be read"
            " from outside. Export its runs to a file store with mlflow-export-import, and name"
            " the folder."
        )
    if "://" in text:
        raise UsageError(
            f"--tracking-uri {shown(without_credentials(text))}: no way to read {scheme!r}. Give"
            " a folder, an SQLite file, http(s)://…, or the address of a database such as"
            " postgresql://…"
        )
    return _path(text, text)


def without_credentials(address: str) -> str:
    """Return an address without user, password, query and fragment."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    place, slash, path = rest.partition("/")
    # A password may hold an @ or a slash that nobody escaped: all before the last @ is hidden.
    if "@" in path:
        place, slash, path = path.rpartition("@")[2].partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def _server(text: str) -> Address:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if not named:
        raise UsageError(
            f"--tracking-uri {shown(without_credentials(text))} names no host; an example:"
            " http://localhost:5000"
        )
    return Address(kind="server", target=text, name=without_credentials(text).rstrip("/"))


def _sqlite(text: str) -> Address:
    place = unquote(re.split(r"[?#]", text, maxsplit=1)[0].partition("://")[2].removeprefix("/"))
    if not place or place == ":memory:":
        raise UsageError(
            f"--tracking-uri {shown(text)} names no file; an example: sqlite:///mlflow.db"
        )
    return _path(place, text)


def _path(place: str, text: str) -> Address:
    path = Path(place)
    if not path.exists():
        raise UsageError(
            f"--tracking-uri {shown(text)}: {shown(str(path))} does not exist. Give the folder or"
            " database that MLFLOW_TRACKING_URI names where training runs."
        )
    kind = "files" if path.is_dir() else "sqlite"
    return Address(kind=kind, target=str(path), name=_relative(path))


def _relative(path: Path) -> str:
    """Return a path below the current folder as such, any other one whole."""
    whole = path.resolve()
    here = Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.as_posix()
