"""Run git so that nothing the audited repository configures can run, and nothing is fetched.

A repository's own configuration may name programs (fsmonitor, hooks, filters, text converters,
pagers, ssh commands, credential helpers, signature checkers). Commands used here never need one of
them; they are switched off all the same, because git grows new places to call them from.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_SWITCHED_OFF = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.editor=false",
    "core.alternateRefsCommand=false",
    f"core.excludesFile={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.quotePath=false",
    "core.untrackedCache=false",
    "credential.helper=",
    "diff.external=",
    "diff.ignoreSubmodules=all",
    "fetch.recurseSubmodules=false",
    "gpg.program=false",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "mailmap.file=",
    "maintenance.auto=false",
    "gc.auto=0",
    "protocol.allow=never",
    "safe.directory=*",
    "submodule.recurse=false",
    "trace2.eventTarget=0",
    "trace2.normalTarget=0",
    "trace2.perfTarget=0",
)
#: Seconds that one git command may take.
_TIMEOUT = 120


class GitError(Exception):
    """A git command failed; the message is git's own complaint."""


def git_executable() -> str | None:
    """Return the absolute path of git, or None; a relative entry of PATH is never trusted."""
    found = shutil.which("git")
    return found if found and Path(found).is_absolute() else None


class Git:
    """Git for one repository, addressed by its directory so that no discovery takes place."""

    def __init__(self, git_dir: Path, work_tree: Path | None) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self._executable = git_executable() or "git"

    def run(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Return what a git command prints, or raise `GitError`."""
        try:
            done = subprocess.run(
                self.command(*arguments),
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                capture_output=True,
                cwd=self.work_tree or self.git_dir,
                env=environment(),
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired, ValueError) as problem:
            raise GitError(f"git {arguments[0]} failed: {type(problem).__name__}") from problem
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitError(lines[-1] if lines else f"git {arguments[0]} failed")
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line, hardening included."""
        command = [self._executable, "--no-pager", "--literal-pathspecs", "--no-replace-objects"]
        for setting in _SWITCHED_OFF:
            command += ["-c", setting]
        command.append(f"--git-dir={self.git_dir}")
        # An explicit work tree overrides a core.worktree that points elsewhere.
        command.append(f"--work-tree={self.work_tree}" if self.work_tree else "--bare")
        return [*command, *arguments]

    def resolve(self, revision: str) -> str | None:
        """Return the full id of the commit that a revision names, or None."""
        if not revision or any(character in revision for character in "\0\n\r"):
            return None
        # Read from standard input, a revision that starts with "-" is never an option.
        asked = os.fsencode(revision) + b"^{commit}\n"
        with suppress(GitError):
            answer = self.run("cat-file", "--batch-check", stdin=asked).split()
            if len(answer) == 3 and answer[1] == b"commit":
                return answer[0].decode("ascii")
        return None

    def text(self, *arguments: str) -> str:
        """Return the stripped output of a command as text, '' if the command fails."""
        with suppress(GitError):
            return self.run(*arguments).decode("utf-8", "replace").strip()
        return ""


def environment() -> dict[str, str]:
    """Return the environment for git: none of the caller's GIT_ variables, no configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "none",  # unlike protocol.allow, no setting of the repository wins
        "GIT_ASKPASS": "false",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_SSH_COMMAND": "false",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def split(output: bytes) -> Iterator[bytes]:
    """Yield the parts of NUL-terminated output."""
    return (part for part in output.split(b"\0") if part)


def shown_path(raw: bytes) -> str:
    """Return a path as text that any database accepts: bytes that are not UTF-8 as ``\\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


def join_lines(items: Iterable[str]) -> bytes:
    """Return lines for the standard input of a git command."""
    return "".join(f"{item}\n" for item in items).encode("ascii")
