"""The reader of credentials: every text file, notebook cell and notebook output."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.parsing import decode
from mlops_audit.readers.notebook.document import MAX_BYTES
from mlops_audit.readers.secrets.candidates import candidate_rows
from mlops_audit.readers.secrets.detect import detect
from mlops_audit.readers.secrets.notebook import notebook_candidates
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, SecretCandidate

_KINDS_NOT_TEXT = frozenset({"image", "model", "archive", "binary"})
_TEXT_DATA = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".geojson"})
#: Full of hashes and integrity strings, none of them secret.
_HASHES = re.compile(
    r"(?:^|/)(?:[\w.-]+\.lock|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|go\.sum"
    r"|conda-lock[\w.-]*\.ya?ml|\.secrets\.baseline|[\w.-]+\.min\.(?:js|css)|[\w.-]+\.map"
    r"|[\w.-]+\.svg|[\w.-]+\.dvc|\.terraform\.lock\.hcl|SHA256SUMS|[\w.-]+\.sha256)$",
    re.IGNORECASE,
)
_CODE = frozenset({"python", "notebook", "r", "julia", "scala", "javascript", "sql", "other"})
_CONFIG = frozenset({"yaml", "toml", "json", "ini", "dockerfile", "makefile", "shell"})
_ENV = re.compile(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|\.envrc|\.netrc|_netrc|\.pgpass)$")
_CONFIG_SUFFIXES = frozenset({".tf", ".tfvars", ".properties", ".conf", ".cfg", ".hcl", ".xml"})
_SIZE_LIMIT = 10_000_000


class SecretReader:
    """Finds credentials; their values never leave it."""

    name = "secrets"
    version = 5

    def accepts(self, file: SourceFile) -> bool:
        """Take everything that may be text, whatever it is for."""
        if file.kind in _KINDS_NOT_TEXT or file.lfs:
            return False
        if file.size > (MAX_BYTES if _is_notebook(file) else _SIZE_LIMIT):
            return False
        if file.kind == "data":
            return file.suffix in _TEXT_DATA
        return _HASHES.search(file.path) is None

    def read(self, file: SourceFile, content: bytes) -> Iterator[SecretCandidate | Diagnostic]:
        """Yield one row for every place that holds something like a credential.

        Only a format proves a live credential in tests, examples and other people's code: they are
        full of made-up passwords.
        """
        made_up = file.role in ("test", "example", "vendored")
        for row in self._candidates(file, content):
            if made_up and isinstance(row, SecretCandidate) and row.usable == "likely":
                row = row._replace(usable="weak")
            yield row

    def _candidates(
        self, file: SourceFile, content: bytes
    ) -> Iterator[SecretCandidate | Diagnostic]:
        if b"\0" in content[:8_192] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return
        if _is_notebook(file):
            yield from notebook_candidates(file.path, content)
            return
        text = decode(content[:_SIZE_LIMIT])
        place, unquoted = _place(file)
        generic = file.kind != "data" and "/.min." not in file.path
        found = detect(text, generic=generic, unquoted=unquoted)
        yield from candidate_rows(file.path, None, place, found)


def _is_notebook(file: SourceFile) -> bool:
    return file.kind == "notebook" or file.suffix == ".ipynb"


def _place(file: SourceFile) -> tuple[str, str]:
    """Return the kind of place, and after which operators values without quotes count."""
    if _ENV.search(file.path) or file.suffix in _CONFIG_SUFFIXES:
        return "config", "=:"
    if file.suffix == ".log" or file.kind == "data":
        return "log", "=:"
    if file.kind in _CODE:
        return "code", ""
    if file.kind in _CONFIG:
        return "config", "=:" if file.kind in ("yaml", "ini") else "="
    return "document", "="
