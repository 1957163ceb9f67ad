"""Facts about the repository itself: name, commit, branch, remote, depth."""

import os
from contextlib import suppress
from pathlib import Path

from mlops_audit.repository.git import Git, shown_path
from mlops_audit.repository.opened import History
from mlops_audit.repository.remote import https_form
from mlops_audit.schema import RepositoryInfo
from mlops_audit.text import shown


def git_info(git: Git, folder: Path, prefix: bytes, commit: str | None) -> RepositoryInfo:
    """Return what git knows of the repository; whether it is dirty is found out later."""
    remote = _remote(git)
    branch = git.text("symbolic-ref", "-q", "--short", "HEAD")
    name = folder_name(folder)
    if remote and not prefix:
        name = remote.rpartition("/")[2].replace("%20", " ") or name
    return RepositoryInfo(
        name=name,
        is_git=True,
        revision=commit,
        branch=branch or None,
        dirty=None,
        shallow=git.text("rev-parse", "--is-shallow-repository") == "true",
        remote_url=remote,
        prefix=shown_path(prefix).rstrip("/"),
    )


def _remote(git: Git) -> str | None:
    """Return the page of the remote called origin, else of the first one."""
    found = git.text("config", "--get-regexp", r"^remote\..*\.url$").splitlines()
    pairs = [line.partition(" ")[::2] for line in found]
    ordered = sorted(pairs, key=lambda pair: pair[0] != "remote.origin.url")
    return next((page for _, url in ordered if (page := https_form(url))), None)


def history(git: Git, commit: str | None, prefix: bytes) -> History:
    """Return where the history of a commit is, and where a shallow clone cuts it off."""
    edge = git.text("rev-parse", "--git-path", "shallow")
    cut_off: frozenset[str] = frozenset()
    if edge:
        with suppress(OSError):
            cut_off = frozenset(((git.work_tree or git.git_dir) / edge).read_text("ascii").split())
    return History(git=git, revision=commit or "", prefix=shown_path(prefix), cut_off=cut_off)


def folder_name(folder: Path) -> str:
    """Return a name for the repository in a folder."""
    name = folder.parent.name if folder.name == ".git" else folder.name
    return shown(shown_path(os.fsencode(name or "/")).removesuffix(".git"))
