"""Tables about the repository itself: files, projects, history, what could not be read."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, Line, Path


class RepositoryInfo(NamedTuple):
    """The repository under audit (exactly one row)."""

    name: Annotated[str, "folder or remote name"]
    is_git: Annotated[bool, "1 if a git history was found"]
    revision: Annotated[str | None, "commit that was read, full hexadecimal"]
    branch: Annotated[str | None, "checked-out branch"]
    dirty: Annotated[bool | None, "1 if the work tree differs from the revision; NULL unknown"]
    shallow: Annotated[bool, "1 if the history is cut off"]
    remote_url: Annotated[str | None, "https form of the origin remote, credentials removed"]
    prefix: Annotated[str, "audited folder inside the git repository, '' for all of it"] = ""


class File(NamedTuple):
    """One file that belongs to the repository."""

    path: Path
    name: Annotated[str, "last part of the path"]
    suffix: Annotated[str, "lower-case suffix with the dot, or ''"]
    kind: Annotated[
        str,
        "python | notebook | yaml | toml | json | ini | markdown | rst | text | dockerfile |"
        " makefile | shell | sql | r | julia | scala | javascript | image | data | model | archive"
        " | binary | other",
    ]
    size: Annotated[int, "bytes"]
    lines: Annotated[int | None, "lines of a text file that was read"]
    digest: Annotated[str | None, "content identity; NULL if it was not read"]
    role: Annotated[
        str, "source | test | docs | example | vendored | generated | template: from place and name"
    ]
    project: Annotated[str, "root of the project it belongs to, '' for the repository root"]
    tracked: Annotated[bool, "1 if git tracks it (or there is no git)"]
    lfs: Annotated[bool, "1 if it is a Git LFS pointer"]
    executable: Annotated[bool, "1 if the mode says executable"]


class Diagnostic(NamedTuple):
    """Something that could not be read, and why."""

    path: Path
    line: Line
    reader: Annotated[str, "who gave up: repository, a reader's name, linking"]
    problem: Annotated[str, "one sentence"]
    lost: Annotated[bool, "1 if facts of this file are missing because of it"]


class Project(NamedTuple):
    """A unit with its own lifecycle inside the repository."""

    root: Annotated[str, "folder, '' for the repository root"]
    name: Annotated[str, "declared name, else the folder's"]
    evidence: Annotated[str, "the files that make it a project, comma separated"]


class GitCommit(NamedTuple):
    """One commit reachable from the audited revision (newest 5,000)."""

    sha: Annotated[str, "full hexadecimal"]
    author: Annotated[str, "author name after mailmap"]
    author_key: Annotated[str, "hash of the lower-case e-mail address: equal means same person"]
    authored_at: Annotated[int, "Unix seconds, UTC"]
    committed_at: Annotated[int, "Unix seconds, UTC"]
    parents: Annotated[int, "number of parents; 2 or more is a merge"]
    bot: Annotated[bool, "1 if the author is a known kind of bot or CI identity"]
    subject: Annotated[str, "first line of the message"]


class GitChange(NamedTuple):
    """One path changed by one commit (newest 1,000 commits, renames not followed)."""

    sha: Annotated[str, "commit"]
    path: Path
    kind: Annotated[str, "A added | M modified | D deleted | T type changed"]


class GitRef(NamedTuple):
    """A tag, branch or DVC experiment reference."""

    name: Annotated[str, "full name, e.g. refs/tags/model@v1.0.0"]
    kind: Annotated[str, "tag | branch | remote | experiment | other"]
    sha: Annotated[str, "commit it resolves to"]
    created_at: Annotated[int | None, "Unix seconds, UTC"]
    annotated: Annotated[bool, "1 for an annotated tag"]


class IgnorePattern(NamedTuple):
    """One pattern of a .gitignore, .dockerignore, .dvcignore or the like."""

    path: Path
    line: Line
    pattern: Annotated[str, "as written, without the trailing newline"]
    negated: Annotated[bool, "1 if it starts with !"]


class Suppression(NamedTuple):
    """A comment that answers findings: `# mlops-audit: ignore[rule] reason`."""

    path: Path
    cell: CellIndex
    line: Annotated[int, "1-based line of the comment; in a notebook the line inside the cell"]
    first_line: Annotated[int | None, "first line that it speaks for; NULL for the whole file"]
    last_line: Annotated[int | None, "last line that it speaks for"]
    rules: Annotated[str, "space-separated rules or practices"]
    reason: Annotated[str, "what stands behind them, without the day"]
    until: Annotated[str, "last day on which it counts, YYYY-MM-DD, '' for ever"]
    problem: Annotated[str, "why it does not count, '' if it does"]
