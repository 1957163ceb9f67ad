"""Making credentials in settings and commands unreadable before a fact is stored."""

import re

from mlops_audit.text import mask, mask_secrets

_SECRET_NAME = re.compile(
    r"passw(?:or)?d|passphrase|secret|token(?!iz|s\b)|api[_-]?key|access[_-]?key"
    r"|account[_-]?key|private[_-]?key|connection[_-]?string|credential|sas[_-]?(?:key|url)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\$|\{\{|<|%\(|!|(?:true|false|null|none|read|write|inherit)\Z", re.IGNORECASE
)
_OPTION = re.compile(
    r"(--[\w-]{0,40}(?:password|passwd|secret|token|api-key|access-key|account-key)[ \t]+[\"']?)"
    r"([^\s\"'$<{(-][^\s\"']{7,500})"
)


def masked_setting(name: str, value: str) -> str:
    """Return the value of a named setting with what looks like a credential made unreadable."""
    if _SECRET_NAME.search(name) and len(value) >= 6 and not _REFERENCE.search(value):
        return mask(value)
    return mask_secrets(value)


def masked_text(text: str) -> str:
    """Return a command with passwords in options, assignments and URLs made unreadable."""
    return mask_secrets(_OPTION.sub(lambda match: match[1] + mask(match[2]), text))
