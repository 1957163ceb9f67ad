"""The git history as rows: commits, the paths they changed, references."""

import hashlib
import re
from collections.abc import Iterator

from mlops_audit.repository.git import Git, GitError, join_lines, shown_path, split
from mlops_audit.schema import GitChange, GitCommit, GitRef

MAX_COMMITS = 5_000
MAX_CHANGED_COMMITS = 1_000
#: A commit that adds a data set must not swamp the rest.
_MAX_CHANGES = 200_000
_MAX_CHANGES_PER_COMMIT = 20_000
_MAX_REFS = 20_000

_BOT_NAME = re.compile(
    r".*\[bot\]|(?:.*[\s_-])?(?:dependabot|renovate|greenkeeper|pyup|snyk|mergify|pre-commit-ci"
    r"|allcontributors|github[\s_-]?actions?|imgbot|semantic-release|release-please|azure[\s_-]"
    r"?pipelines?|gitlab[\s_-]?ci|jenkins|travis(?:[\s_-]ci)?|circleci|cml|olivaw|codecov|deepsource"
    r"|restyled|weblate|web-flow|ci|bot|autobot|buildbot|automation)(?:[\s_-](?:bot|user|ci|preview))?"
    r"|[\w.-]*[_-]bot",
    re.IGNORECASE,
)
_BOT_MAIL = re.compile(
    r".*\[bot\]@.*|(?:.*\+)?(?:dependabot|renovate|github-actions?|bot|ci|jenkins|noreply-bot"
    r"|action|olivaw|azuredevops|azure-pipelines)@.*|.*-bot@.*|.*@(?:users\.noreply\.)?bots?\..*",
    re.IGNORECASE,
)

_KINDS = (
    ("refs/tags/", "tag"),
    ("refs/heads/", "branch"),
    ("refs/remotes/", "remote"),
    ("refs/exps/", "experiment"),
)


def commits(git: Git, revision: str, prefix: str) -> Iterator[GitCommit]:
    """Yield the newest commits reachable from a revision, newest first."""
    output = git.run(
        "log",
        f"--max-count={MAX_COMMITS}",
        "--use-mailmap",
        "--encoding=UTF-8",
        "--no-show-signature",
        "--no-notes",
        "--no-color",
        "-z",
        "--format=tformat:%H%x00%aN%x00%aE%x00%at%x00%ct%x00%P%x00%s",
        revision,
        *_limit(prefix),
    )
    fields = output.split(b"\0")
    for start in range(0, len(fields) - 6, 7):
        sha, name, mail, authored, committed, parents, subject = fields[start : start + 7]
        author = name.decode("utf-8", "replace").strip()
        address = mail.decode("utf-8", "replace").strip().lower()
        yield GitCommit(
            sha=sha.decode("ascii", "replace"),
            author=author,
            author_key=author_key(address or author.lower()),
            authored_at=_seconds(authored) or 0,
            committed_at=_seconds(committed) or 0,
            parents=len(parents.split()),
            bot=is_bot(author, address),
            subject=subject.decode("utf-8", "replace")[:1_000],
        )


def changes(git: Git, shas: list[str], prefix: str, cut_off: set[str]) -> Iterator[GitChange]:
    """Yield the paths that commits changed; merges and the edge of a shallow clone have none."""
    wanted = [sha for sha in shas[:MAX_CHANGED_COMMITS] if sha not in cut_off]
    if not wanted:
        return
    output = git.run(
        "diff-tree",
        "--stdin",
        "--root",
        "-r",
        "-z",
        "--name-status",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        *_limit(prefix),
        stdin=join_lines(wanted),
    )
    known = {sha.encode("ascii") for sha in wanted}
    sha = ""
    of_commit = total = 0
    parts = split(output)
    for part in parts:
        if part in known:
            sha, of_commit = part.decode("ascii"), 0
            continue
        raw = next(parts, None)
        if raw is None or total >= _MAX_CHANGES:
            return
        of_commit += 1
        kind = part[:1].decode("ascii", "replace")
        path = shown_path(raw)
        if of_commit <= _MAX_CHANGES_PER_COMMIT and kind in "AMDT" and path.startswith(prefix):
            total += 1
            yield GitChange(sha=sha, path=path[len(prefix) :], kind=kind)


def references(git: Git) -> Iterator[GitRef]:
    """Yield tags, branches and other references, sorted by name."""
    try:
        output = git.run(
            "for-each-ref",
            f"--count={_MAX_REFS}",
            "--format=%(refname)%00%(symref)%00%(objecttype)%00%(objectname)%00%(*objectname)"
            "%00%(creatordate:unix)",
        )
    except GitError:
        # A reference to a missing object fails the command; names alone need no objects.
        output = git.run(
            "for-each-ref",
            f"--count={_MAX_REFS}",
            "--format=%(refname)%00%(symref)%00%00%(objectname)%00%00",
        )
    for line in output.splitlines():
        fields = line.split(b"\0")
        if len(fields) != 6 or fields[1]:
            continue
        name = shown_path(fields[0])
        yield GitRef(
            name=name,
            kind=next((kind for start, kind in _KINDS if name.startswith(start)), "other"),
            sha=(fields[4] or fields[3]).decode("ascii", "replace"),
            created_at=_seconds(fields[5]),
            annotated=fields[2] == b"tag",
        )


def author_key(address: str) -> str:
    """Return a short hash that is equal for equal e-mail addresses."""
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:16]


def is_bot(name: str, address: str) -> bool:
    """Tell whether an author is a known kind of bot or a CI identity."""
    return bool(_BOT_NAME.fullmatch(name[:200]) or _BOT_MAIL.fullmatch(address[:200]))


def _limit(prefix: str) -> tuple[str, ...]:
    return ("--", prefix.rstrip("/")) if prefix else ("--",)


def _seconds(text: bytes) -> int | None:
    try:
        return max(-(2**62), min(int(text), 2**62))
    except ValueError:
        return None
