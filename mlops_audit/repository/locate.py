"""Find the git directory that belongs to a path, and refuse one that belongs to somebody else."""

import os
from dataclasses import dataclass
from pathlib import Path

from mlops_audit.repository.git import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a path stands: its git directory, the work tree's top, and why git is not used."""

    git_dir: Path | None = None
    top: Path | None = None
    refused: str = ""


def locate(path: Path) -> Location:
    """Find the repository that a folder belongs to; a bare one has no top."""
    for folder in (path, *path.parents):
        dot_git = folder / ".git"
        if os.path.lexists(dot_git):
            return _follow(folder, dot_git)
        if folder == path and _is_git_dir(path) and not os.path.lexists(path / "commondir"):
            return Location(git_dir=path)
    return Location()


def _is_git_dir(folder: Path) -> bool:
    return all((folder / part).exists() for part in ("HEAD", "refs", "objects"))


def _follow(folder: Path, dot_git: Path) -> Location:
    """Check what `.git` is: a directory, or a file that names one which names it back."""
    if dot_git.is_symlink():
        return Location(refused="the .git link is not followed; the history is not read")
    if dot_git.is_dir():
        # A .git directory has its own objects; only a linked work tree borrows them.
        if os.path.lexists(dot_git / "commondir"):
            return Location(refused="the .git folder borrows another repository; it is not read")
        if not _is_git_dir(dot_git):
            return Location(refused="the .git folder is not a git directory")
        return Location(git_dir=dot_git, top=folder)
    target = _named_directory(dot_git, "gitdir:")
    if target is None or not (target / "HEAD").is_file():
        return Location(refused="the .git file names no git directory that is there")
    if _is_linked_work_tree(target, dot_git) or _is_submodule(target, folder):
        return Location(git_dir=target, top=folder)
    return Location(refused="the .git file names a repository that is not its own; it is not read")


def _named_directory(file: Path, label: str) -> Path | None:
    text = _first_line(file)
    if text is None or not text.startswith(label):
        return None
    named = text.removeprefix(label).strip()
    return Path(os.path.realpath(file.parent / named)) if named and "\0" not in named else None


def _is_linked_work_tree(target: Path, dot_git: Path) -> bool:
    back = _first_line(target / "gitdir")
    common = _first_line(target / "commondir")
    if not back or not common:
        return False
    return (
        os.path.realpath(target / back) == os.path.realpath(dot_git)
        and Path(os.path.realpath(target / common)) == target.parent.parent
    )


def _is_submodule(target: Path, folder: Path) -> bool:
    if os.path.lexists(target / "commondir") or not _is_git_dir(target):
        return False
    work_tree = Git(target, None).text(
        "config", "--no-includes", "--file", str(target / "config"), "--get", "core.worktree"
    )
    return bool(work_tree) and os.path.realpath(target / work_tree) == os.path.realpath(folder)


def _first_line(file: Path) -> str | None:
    # A fifo of that name would keep the reader waiting for ever.
    if not file.is_file():
        return None
    try:
        with file.open("rb") as stream:
            content = stream.read(10_000)
    except OSError:
        return None
    return os.fsdecode(content.split(b"\n", 1)[0]).strip()
