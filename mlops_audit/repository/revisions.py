"""Finding the commit that a change is compared with."""

import os
from pathlib import Path
from typing import NamedTuple

from mlops_audit.errors import UsageError
from mlops_audit.repository.git import Git, GitError, git_executable
from mlops_audit.repository.locate import locate
from mlops_audit.text import shown


class Base(NamedTuple):
    """What a change is compared with."""

    commit: str
    #: Name for messages: the revision as it was given.
    label: str
    #: Whether the audited commit is the base itself.
    same: bool


def base_of(path: Path, base: str, rev: str | None = None) -> Base:
    """Return the commit where the history of ``rev`` (HEAD) left that of ``base``.

    What happened on the base since then is not held against the change. Nothing is fetched.

    Raises:
        UsageError: there is no history, no such revision, or the clone is too shallow to tell.
    """
    location = locate(Path(os.path.realpath(path)))
    if location.git_dir is None or git_executable() is None:
        raise UsageError(
            f"{shown(str(path), 400)} has no git history to compare with {shown(base)};"
            " leave --base out, or compare with a file: --baseline FILE"
        )
    git = Git(location.git_dir, location.top)
    shallow = git.text("rev-parse", "--is-shallow-repository") == "true"
    commit = git.resolve(base)
    if commit is None:
        raise UsageError(f"there is no revision {shown(base)} here; {_mend(git, base, shallow)}")
    head = git.resolve(rev or "HEAD")
    if head is None:
        return Base(commit, shown(base), same=False)
    try:
        fork = git.run("merge-base", commit, head).decode("ascii").strip()
    except GitError:
        if shallow:
            raise UsageError(
                f"this shallow clone does not show where the change left {shown(base)};"
                f" {_deepen(base)}"
            ) from None
        # Histories without a common commit are compared as they are.
        fork = commit
    return Base(fork, shown(base), same=fork == head)


def _mend(git: Git, base: str, shallow: bool) -> str:
    remote, slash, name = base.partition("/")
    if slash and remote in git.text("remote").split():
        return (
            f"fetch it with `git fetch {shown(remote)}"
            f" {shown(name)}:refs/remotes/{shown(base)}`"
            + (", or clone with history (GitHub: fetch-depth: 0; GitLab: GIT_DEPTH: 0)"
               if shallow else "")
        )  # fmt: skip
    if shallow:
        return _deepen(base)
    remotes = git.text("remote").split()
    if remotes and git.resolve(f"{remotes[0]}/{base}"):
        return f"did you mean {shown(remotes[0])}/{shown(base)}?"
    return "`git branch --all` lists what there is"


def _deepen(base: str) -> str:
    return (
        "clone with history (GitHub: fetch-depth: 0; GitLab: GIT_DEPTH: 0), or run"
        " `git fetch --unshallow`"
    )
