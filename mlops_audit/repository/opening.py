"""Open a path as a repository: a git work tree, a plain folder, or one revision."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mlops_audit.errors import AuditError, NothingToAuditError, UsageError
from mlops_audit.repository.about import folder_name, git_info, history
from mlops_audit.repository.blobs import BlobReader
from mlops_audit.repository.describe import (
    DEFAULT_MAX_FILE_BYTES,
    Entry,
    Problems,
    bounded,
    complaint,
    describe,
    without_excluded,
)
from mlops_audit.repository.dirty import is_dirty, parse_index, parse_tree
from mlops_audit.repository.disk import SKIPPED, Disk
from mlops_audit.repository.git import Git, GitError, git_executable, shown_path, split
from mlops_audit.repository.locate import Location, locate
from mlops_audit.repository.model import Repository
from mlops_audit.repository.opened import History, OpenedRepository, fetch
from mlops_audit.repository.projects import find_projects
from mlops_audit.repository.roles import RoleHints
from mlops_audit.repository.run_folders import (
    is_inside,
    large_databases,
    run_folders,
    without_run_folders,
)
from mlops_audit.schema import RepositoryInfo
from mlops_audit.text import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    path: Path
    max_file_bytes: int
    exclude: tuple[str, ...]
    problems: Problems


def open_repository(
    path: Path,
    *,
    rev: str | None = None,
    max_file_bytes: int = DEFAULT_MAX_FILE_BYTES,
    exclude: tuple[str, ...] = (),
) -> Repository:
    """Open a folder, or one revision of the git repository it belongs to, for reading.

    Of a bare repository, the commit that HEAD names is opened.

    ``exclude`` holds patterns in the language of .gitignore. Nothing is executed, written or
    fetched.

    Raises:
        UsageError: the path or the revision is wrong.
        NothingToAuditError: there is no file to audit.
        AuditError: the folder must not be read.
    """
    folder = _checked(path)
    options = _Options(
        path=folder, max_file_bytes=max_file_bytes, exclude=exclude, problems=Problems()
    )
    location = locate(folder)
    if location.git_dir is not None and git_executable() is None:
        location = Location(refused="git is not installed; the history is not read")
    if location.refused:
        options.problems.add("", location.refused, lost=True)
    if location.git_dir is None:
        if rev is not None:
            raise UsageError(
                f"{_named(path)} has no git history to take revision {shown(rev)} from"
            )
        return _open_folder(options)
    git = Git(location.git_dir, location.top)
    prefix = b""
    if location.top is not None and folder != location.top:
        prefix = os.fsencode(folder.relative_to(location.top).as_posix()) + b"/"
    if rev is not None:
        return _open_revision(options, git, prefix, rev)
    if location.top is None:
        if git.resolve("HEAD") is None:
            raise NothingToAuditError(
                f"{_named(path)} is a bare git repository whose HEAD names no commit; name the"
                " revision to audit with --rev"
            )
        return _open_revision(options, git, prefix, "HEAD")
    return _open_work_tree(options, git, prefix) or _open_folder(options)


def _checked(path: Path) -> Path:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UsageError(f"{_named(path)} does not exist") from None
    except PermissionError:
        raise AuditError(f"{_named(path)} must not be read: permission denied") from None
    except (OSError, ValueError) as problem:
        raise UsageError(f"{_named(path)} cannot be opened: {complaint(problem)}") from None
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{_named(path)} is a file; name the folder that holds the repository")
    folder = Path(os.path.realpath(path))
    try:
        with os.scandir(folder):
            pass
    except PermissionError:
        raise AuditError(f"{_named(path)} must not be read: permission denied") from None
    except OSError as problem:
        raise AuditError(f"{_named(path)} cannot be listed: {complaint(problem)}") from None
    return folder


def _named(path: Path) -> str:
    return shown(str(path), 400)


def _open_folder(options: _Options) -> Repository:
    disk = Disk(options.path, options.problems)
    entries = disk.walk()
    if not entries and not disk.stores:
        raise NothingToAuditError(f"{_named(options.path)} is empty: there is nothing to audit")
    info = RepositoryInfo(
        name=folder_name(options.path),
        is_git=False,
        revision=None,
        branch=None,
        dirty=None,
        shallow=False,
        remote_url=None,
    )
    return _opened(options, entries, disk, info, None)[0]


def _open_work_tree(options: _Options, git: Git, prefix: bytes) -> Repository | None:
    """Open a work tree; None if git cannot read it, or knows nothing about the folder."""
    scope = ("--", os.fsdecode(prefix.rstrip(b"/"))) if prefix else ("--",)
    disk = Disk(options.path, options.problems)
    try:
        index = parse_index(git.run("ls-files", "--stage", "-t", "-z", "--debug", *scope))
        others = git.run("ls-files", "--others", "--exclude-standard", "-z", *scope)
    except GitError as problem:
        why = f"git cannot list the files: {shown(str(problem))}"
        options.problems.add("", why, lost=True)
        return None
    entries: dict[bytes, Entry] = {}
    modules: set[str] = set()
    untracked, disk.stores = without_run_folders([path[len(prefix) :] for path in split(others)])
    for item in index:
        raw = item.path[len(prefix) :]
        if any(is_inside(raw, store) for store in disk.stores):
            continue
        if item.mode == "160000":
            modules.add(shown_path(raw))
            options.problems.add(shown_path(raw), "a git submodule; not read", lost=False)
        elif not item.skipped and raw not in entries and (entry := disk.entry(raw, tracked=True)):
            entries[raw] = entry
    for raw in untracked:
        if raw.endswith(b"/"):
            options.problems.add(shown_path(raw), "a nested git repository; not read", lost=False)
        elif SKIPPED.isdisjoint(shown_path(raw).split("/")[:-1]) and (
            entry := disk.entry(raw, tracked=False)
        ):
            entries[raw] = entry
    if not index and not entries and not disk.stores and _has_files(disk):
        return None
    if not entries and not disk.stores:
        raise NothingToAuditError(f"{_named(options.path)} is empty: there is nothing to audit")
    head = git.resolve("HEAD")
    info = git_info(git, options.path, prefix, head)
    if head is None and not info.branch:
        options.problems.add("", "HEAD names no commit", lost=False)
    past = history(git, head, prefix)
    opened, hints = _opened(options, list(entries.values()), disk, info, past, modules)
    if head is not None:
        with suppress(GitError):
            committed = parse_tree(git.run("ls-tree", "-r", "-z", "--full-tree", head, *scope))
            digests = {
                opened.entries[file.path].key: file.digest for file in opened.files if file.digest
            }
            dirty = is_dirty(
                disk,
                index,
                committed,
                digests,
                hints.attributes,
                prefix=prefix,
                index_written=_written(git.git_dir / "index"),
            )
            opened.info = info._replace(dirty=dirty)
    return opened


def _open_revision(options: _Options, git: Git, prefix: bytes, rev: str) -> Repository:
    commit = git.resolve(rev)
    if commit is None:
        where = _named(options.path)
        raise UsageError(f"{where} has no revision {shown(rev)}; is the clone too shallow for it?")
    scope = ("--", os.fsdecode(prefix.rstrip(b"/"))) if prefix else ("--",)
    try:
        listing = git.run("ls-tree", "-r", "-z", "-l", "--full-tree", commit, *scope)
    except GitError as problem:
        raise AuditError(f"git cannot list {shown(rev)}: {shown(str(problem))}") from None
    entries: list[Entry] = []
    modules: set[str] = set()
    for line in split(listing):
        head, _, path = line.partition(b"\t")
        mode, kind, blob, size = head.split()
        raw = path[len(prefix) :]
        shown_as = shown_path(raw)
        if kind == b"commit":
            modules.add(shown_as)
            options.problems.add(shown_as, "a git submodule; not read", lost=False)
        elif mode == b"120000":
            continue
        elif not size.isdigit():
            missing = "its content is missing from the object store"
            options.problems.add(shown_as, missing, lost=True)
        else:
            identity = blob.decode("ascii")
            entries.append(
                Entry(
                    path=shown_as,
                    key=blob,
                    size=int(size),
                    executable=mode == b"100755",
                    blob=identity,
                )
            )
    if not entries:
        raise NothingToAuditError(
            f"{_named(options.path)} holds no files at revision {shown(rev)}: nothing to audit"
        )
    info = git_info(git, options.path, prefix, commit)._replace(dirty=False)
    if rev != "HEAD":
        branch = rev if git.text("rev-parse", "--verify", "-q", f"refs/heads/{rev}") else None
        info = info._replace(branch=branch)
    past = history(git, commit, prefix)
    return _opened(options, entries, BlobReader(git), info, past, modules)[0]


def _opened(
    options: _Options,
    entries: list[Entry],
    source: Disk | BlobReader,
    info: RepositoryInfo,
    past: History | None,
    modules: set[str] | None = None,
) -> tuple[OpenedRepository, RoleHints]:
    problems = options.problems
    kept = bounded(without_excluded(entries, options.exclude), problems)
    stores = (
        run_folders(source, source.stores, options.exclude, problems)
        if isinstance(source, Disk)
        else []
    )
    if not kept and not stores:
        raise NothingToAuditError(f"every file of {_named(options.path)} is excluded")
    files, hints = describe(
        kept,
        lambda entry, limit: fetch(source, entry, limit, problems),
        problems,
        max_file_bytes=options.max_file_bytes,
        foreign=modules or (),
        algorithm="sha256" if info.revision and len(info.revision) == 64 else "sha1",
    )
    listed = {entry.path: entry for entry in kept}
    if isinstance(source, Disk):
        stores += large_databases(source, files, listed, options.max_file_bytes)
    opened = OpenedRepository(
        info=info,
        files=files,
        projects=(),
        entries=listed,
        problems=problems,
        max_file_bytes=options.max_file_bytes,
        source=source,
        past=past,
        run_folders=tuple(stores),
    )
    opened.projects = find_projects(files, info.name, opened.read)
    return opened, hints


def _has_files(disk: Disk) -> bool:
    return any(child.name != ".git" for child in disk.root.iterdir())


def _written(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
