"""Names and addresses of people, and which of them are only placeholders."""

import re
from collections.abc import Iterable, Iterator

from mlops_audit.schema import Ownership

_PLACEHOLDER = re.compile(
    r"^@?(your|my|some|the)[-_ ]?(name|team|org|username|user|company|handle|email|github)\b"
    r"|\b(first|last|full|author|your)[-_ ]?name\b|^author$|^authors?@|^none$|^owner$|^@?owners?$"
    r"|^airflow$|^@?org(anization)?/[\w-]+$|^@?example\b|^@?(user|username|team|todo|tbd)$"
    r"|@(example|email|domain|yourdomain|company|your-company|test)\.(com|org|net|io)\b"
    r"|^@?(user|team|owner|maintainer)\d?$|^@?[\w-]*your[-_]?(org|team|name|username)[\w/-]*$"
    r"|\{\{|<[^>@]*>|john ?doe|jane ?doe|^(guest|root|admin|n/?a)$",
    re.IGNORECASE,
)


def is_placeholder(owner: str) -> bool:
    """Tell whether an owner is template text such as @your-team, owner or john@example.com."""
    text = owner.strip()
    return not text or bool(_PLACEHOLDER.search(text[:300]))


def package_owners(
    path: str, line: int | None, name: str, people: Iterable[tuple[str, str]]
) -> Iterator[Ownership]:
    """Yield the authors of a package that can be reached; a bare name owns nothing."""
    for person, address in people:
        if not address:
            continue
        owner = f"{person} <{address}>" if person else address
        doubtful = is_placeholder(address) or (bool(person) and is_placeholder(person))
        yield Ownership(path, line, name or "package", owner[:200], "package", doubtful)


def split_person(text: str) -> tuple[str, str]:
    """Split `Name <mail>` into name and address."""
    name, _, rest = text.strip().partition("<")
    if rest:
        return name.strip(), rest.partition(">")[0].strip()
    return ("", name.strip()) if "@" in name else (name.strip(), "")
