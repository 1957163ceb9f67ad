"""Large stores of run logs in a work tree, which are read as a whole and not file by file.

Ten thousand runs of MLflow are some hundred thousand tiny files that nobody wrote by hand. A store
in which one experiment has many runs is set aside with all that lies in it; a small one stays what
it is, files like any others.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from mlops_audit.repository.describe import Entry, Problems
from mlops_audit.repository.disk import LARGE_STORE, STORE_PART, Disk
from mlops_audit.repository.git import shown_path
from mlops_audit.repository.globs import PathGlob
from mlops_audit.repository.kinds import DATABASES, size_limit
from mlops_audit.repository.model import RunFolder, SourceFile
from mlops_audit.repository.roles import RoleHints, role_of

_RUN = re.compile(rb"((?:[^/]+/){0,30}?)(\d{1,30})/([0-9a-f]{32})/")
_MAGIC = b"SQLite format 3\x00"


def without_run_folders(paths: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return the paths outside of large stores, and the folders of those stores."""
    if len(paths) <= 2 * LARGE_STORE:
        return list(paths), []
    runs: dict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
    for path in paths:
        if found := _RUN.match(path):
            runs[found[1], found[2]].add(found[3])
    roots = sorted({root for (root, _), found in runs.items() if len(found) > LARGE_STORE})
    if not roots:
        return list(paths), []
    stores = [root.rstrip(b"/").removesuffix(b"/.trash") for root in roots]
    kept = [path for path in paths if not any(is_inside(path, store) for store in stores)]
    return kept, sorted(set(stores))


def is_inside(path: bytes, store: bytes) -> bool:
    """Tell whether a path lies in a part of a store that is read with it."""
    prefix = store + b"/" if store else b""
    if not path.startswith(prefix):
        return False
    part, slash, _ = path[len(prefix) :].partition(b"/")
    return bool(slash) and STORE_PART.match(part) is not None


def run_folders(
    disk: Disk, stores: Iterable[bytes], exclude: Iterable[str], problems: Problems
) -> list[RunFolder]:
    """Return the stores that no exclusion pattern covers, noting that they are read as a whole."""
    globs = [PathGlob(pattern) for pattern in exclude]
    found = []
    for store in stores:
        path = shown_path(store) if store else "."
        if any(glob.covers(f"{path}/0/meta.yaml") for glob in globs):
            continue
        place = os.fsdecode(disk.full(store))
        role = role_of(f"{path}/meta.yaml", "yaml", RoleHints())
        found.append(RunFolder(path=path, place=place, kind="mlflow-files", role=role))
        what = "a large store of runs; only its runs and registered models are read"
        problems.add(path, what, lost=False)
    return found


def large_databases(
    disk: Disk, files: Iterable[SourceFile], entries: dict[str, Entry], max_file_bytes: int
) -> list[RunFolder]:
    """Return the SQLite files that are too large to be read as files."""
    found = []
    for file in files:
        if file.suffix not in DATABASES or file.lfs or file.digest is not None:
            continue
        if file.size <= size_limit(file.path, file.kind, max_file_bytes):
            continue
        raw = entries[file.path].key
        if disk.head(raw, len(_MAGIC)) == _MAGIC:
            place = os.fsdecode(disk.full(raw))
            found.append(RunFolder(path=file.path, place=place, kind="database", role=file.role))
    return found
