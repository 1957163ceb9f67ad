"""CODEOWNERS of GitHub and GitLab, and OWNERS files."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.people import is_placeholder
from mlops_audit.readers.yaml_document import decode, load_yaml
from mlops_audit.schema import Ownership

#: Where a host looks; anywhere else the file means nothing.
CODEOWNERS_PATHS = frozenset(
    {"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
)
_LINE_LIMIT = 5_000
_SECTION = re.compile(r"\^?\[([^\]\n]{1,200})\](?:\[\d{1,3}\])?(?=[ \t]|\Z)")
_FIELD = re.compile(r"(?:\\.|[^\s\\]){1,500}")
_OWNER = re.compile(
    r"@{1,2}[\w.-]{1,100}(?:/[\w.-]{1,100}){0,10}\Z|[^\s@<>]{1,100}@[\w.-]{2,100}\Z"
)
#: Owners in the examples of the hosts' documentation.
_SAMPLE = re.compile(
    r"@(?:global-owner\d|default-owner|js-owner|doctocat|octocat|octo-org/.{1,60}|user\d|group/.{1,60}"
    r"|code-owner|user-\d|username\d?|docs-team|general-approvers)\Z",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:per-file[ \t]+([^=\n]{1,200})=[ \t]*)?([^\s@,#=]{1,100}@[\w.-]{2,100})\Z"
)


def codeowners(path: str, content: bytes) -> Iterator[Ownership]:
    """Yield one row for each owner of each pattern; sections of GitLab lend their owners."""
    default: list[str] = []
    for number, line in enumerate(decode(content).split("\n")[:_LINE_LIMIT], 1):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        if section := _SECTION.match(stripped):
            default = _owners(stripped[section.end() :])
            continue
        found = _FIELD.match(stripped)
        if found is None or stripped[0] == "!":
            continue
        pattern = found[0].replace("\\ ", " ").replace("\\#", "#")
        for owner in _owners(stripped[found.end() :]) or default:
            doubtful = is_placeholder(owner) or bool(_SAMPLE.match(owner))
            yield Ownership(path, number, pattern[:200], owner, "codeowners", doubtful)


def owners_file(path: str, content: bytes) -> Iterator[Ownership]:
    """Yield the approvers of an OWNERS file in YAML, or the addresses of one line by line."""
    folder = path.rpartition("/")[0] or "*"
    loaded = load_yaml(content)
    tree = loaded.documents[0] if loaded.documents else None
    if tree is not None and tree.is_mapping:
        filters = tree.get("filters")
        parts = [(folder, tree), *((f"{folder} {name}", part) for name, part in filters.pairs)]
        for pattern, part in parts:
            for role in ("approvers", "reviewers", "owners", "maintainers"):
                for person in part.get(role).items():
                    if person.is_scalar:
                        yield _maintainer(path, person.line, pattern, person.text)
        return
    for number, line in enumerate(decode(content).split("\n")[:_LINE_LIMIT], 1):
        if found := _ADDRESS.match(line.partition("#")[0].strip()):
            yield _maintainer(path, number, (found[1] or folder).strip(), found[2])


def _maintainer(path: str, line: int | None, pattern: str, owner: str) -> Ownership:
    owner = owner.strip()[:200]
    return Ownership(path, line, pattern[:200], owner, "maintainers", is_placeholder(owner))


def _owners(text: str) -> list[str]:
    fields = text.partition(" #")[0].partition("\t#")[0].split()
    return [field for field in fields[:50] if _OWNER.match(field)]
