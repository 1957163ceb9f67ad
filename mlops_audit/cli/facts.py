"""The facts that a command asks: of a repository, or of a file kept with --facts."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_audit.facts.store import FactStore


def open_facts(path: Path, rev: str | None, *, cache: bool) -> "FactStore":
    """Return the linked facts of a repository or of a kept file; the caller closes them.

    Raises:
        AuditError: the path or the revision is wrong, or nothing is there to read.
    """
    from mlops_audit.facts.store import FactStore

    if path.is_file():
        return FactStore.open_saved(path)
    from mlops_audit.cli.progress import progress_bar
    from mlops_audit.facts.cache import FactCache
    from mlops_audit.facts.collect import collect
    from mlops_audit.linking import link
    from mlops_audit.repository import open_repository

    repository = open_repository(path, rev=rev)
    kept = FactCache.open_default(never_below=path) if cache else None
    with progress_bar(enabled=True) as progress:
        store = collect(repository, cache=kept, progress=progress)
    link(store)
    return store
