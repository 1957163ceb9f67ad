"""Secret-named assignments: `db_password = "…"`, `API_TOKEN: …`, `getenv("KEY", "…")`."""

import re
from collections.abc import Iterator

from mlops_audit.readers.secrets import values
from mlops_audit.readers.secrets.places import lines_with

#: Longer lines are data or generated code.
_LINE_LIMIT = 1_000

_WORDS = (
    "passw",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "key",
)
_NAME = (
    r"(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|auth|account|private|subscription"
    r"|storage|encryption|signing|master|service|app|admin|client|consumer)[_-]?key)"
)
_ASSIGNMENT = re.compile(
    rf"(?i)({_NAME})([A-Za-z0-9_-]{{0,20}})"
    r"""(?:
        ["'\])]{0,3} (?::\s{0,3}(?:Final|Optional)?\[?str\]?(?:\s?\|\s?None)?)? \s{0,20}
        (?P<operator>:=|=>|=(?!=)|:) \s{0,10}
      | ["']\s{0,4},\s{0,4}(?P<default>default\s{0,3}=\s{0,3})?
    )
    (?: [rbu]{0,2}(?P<quote>["'])(?P<quoted>[^"'\n]{1,300})(?P=quote)
      | (?P<bare>[^\s"'`,;&|(){}\[\]<>]{6,300})
    )""",
    re.VERBOSE,
)
_BARE_END = re.compile(r"\s*(?:$|#|;|&&|\|\||\\$|[\"'`])")
_LOCAL_URL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[:/][^\s\"']{0,200}[?&]\Z")
#: Names that speak about a secret, or about words and vocabularies, without holding a secret.
_OTHER_NAME = re.compile(
    r"tokeni[sz]|tokens|(?:pad|eos|bos|unk|cls|sep|mask|special|max|min|num|start|end|stop|next|new"
    r"|prompt|image|text|sub|word|first|last|per|by|oov|cursor|page|continuation|sync)[_-]?token"
    r"|public|hash|digest|checksum|sha\d|md5|fingerprint|revision|commit|etag|regex|pattern"
    r"|primary|foreign|partition|sort|cache|group|column|keyword|monkey|keyboard|hotkey",
    re.IGNORECASE,
)
_OTHER_ENDING = re.compile(
    r"(?:name|names|id|ids|ref|path|file|filename|dir|url|uri|env|var|variable|field|scope|version"
    r"|label|arn|type|types|length|len|policy|header|prefix|suffix|param|mount|provider|manager"
    r"|store|vault|count|index|limit|ttl|expiry|expires|class|dim|vars|title|help|hint|error"
    r"|message|msg|text|prompt|placeholder|description|validator|rules|reset|address|method"
    r"|input|format|encoding|key_?id|size|mode|status|endpoint|service|set|list|engine)$",
    re.IGNORECASE,
)


def assigned(text: str, lower: str, unquoted: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield start, end, kind and usability of the values of secret-named assignments.

    ``lower`` is the text in lower case, as long as the text.
    """
    if "encryptedData:" in text or ("sops:" in text and "ENC[" in text):
        return  # encrypted at rest, meant to be committed
    for start, end in lines_with(lower, _WORDS):
        if end - start <= _LINE_LIMIT:
            yield from _in_line(text[start:end], start, unquoted)


def _in_line(line: str, offset: int, unquoted: str) -> Iterator[tuple[int, int, str, str]]:
    for match in _ASSIGNMENT.finditer(line):
        group = "quoted" if match["quoted"] is not None else "bare"
        value = match[group]
        if group == "bare" and not _bare_counts(line, match, unquoted):
            continue
        before = re.search(
            r"[A-Za-z0-9_-]{0,40}$", line[max(0, match.start() - 40) : match.start()]
        )
        name = f"{before[0] if before else ''}{match[1]}{match[2]}"
        if _OTHER_NAME.search(name) or _OTHER_ENDING.search(match[2]):
            continue
        verdict = judge(name, value)
        if verdict:
            kind, usable = verdict
            if usable == "likely" and _LOCAL_URL.search(line, 0, match.start()):
                usable = "weak"  # a token of a server that ran on somebody's own machine
            start = offset + match.start(group)
            yield start, start + len(value), kind, usable


def judge(name: str, value: str) -> tuple[str, str] | None:
    """Return kind and usability of a value in a secret-named field, None if it is no secret."""
    value = value.strip()
    password = bool(re.search(r"passw|pwd|passphrase", name, re.IGNORECASE))
    kind = "password" if password else _kind(name)
    if values.is_reference(value) or len(value) < 4 or " " in value:
        return None
    if values.is_placeholder(value):
        # Only what somebody could take for a credential is worth a row.
        return (kind, "placeholder") if len(value) >= 8 else None
    if re.fullmatch(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}", value):
        return "jwt", "likely"
    if values.is_weak(value):
        return (kind, "weak") if password or "secret" in name.lower() else None
    if values.is_random(value) or (password and values.is_strong_password(value)):
        return kind, "likely"
    return None


def _kind(name: str) -> str:
    lower = name.lower()
    if "token" in lower:
        return "token"
    return "api-key" if "key" in lower else "secret"


def _bare_counts(line: str, match: re.Match[str], unquoted: str) -> bool:
    operator = (match["operator"] or "").strip()
    if not operator or operator not in unquoted:
        return False
    if operator == ":" and line[match.end("operator") : match.end("operator") + 1] not in (" ", ""):
        return False
    return bool(_BARE_END.match(line, match.end("bare")))
