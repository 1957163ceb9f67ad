"""Make text from an audited repository safe to show: visible, masked, short.

These functions come before any escaping for HTML, Markdown or SARIF; they never replace it.
"""

import re
import unicodedata

#: Control characters that may stay in text of several lines.
_LAYOUT = "\t\n"
#: Invisible marks that reorder or hide text (bidi controls, zero width, fillers, tags).
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_INVISIBLE}]")

_MASK = "****"
#: Shapes of credentials that are recognised without any context.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<aws>(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})"
    r"|(?P<github>gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})"
    r"|(?P<gitlab>gl(?:pat|dt|rt|soat|ptt|cbt|imt|agent|ft)-[A-Za-z0-9_.-]{18,300})"
    r"|(?P<openai>sk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{20,300})"
    r"|(?P<hf>hf_[A-Za-z0-9]{20,100}|api_org_[A-Za-z0-9]{20,100})"
    r"|(?P<slack>xox[abeoprs]-[A-Za-z0-9-]{10,300})"
    r"|(?P<google>AIza[A-Za-z0-9_-]{30,50}|ya29\.[A-Za-z0-9_-]{20,500})"
    r"|(?P<npm>npm_[A-Za-z0-9]{30,60}|pypi-[A-Za-z0-9_-]{40,500}|dapi[0-9a-f]{32}(?:-\d)?)"
    r"|(?P<stripe>[rs]k_(?:live|test)_[A-Za-z0-9]{16,200}|SG\.[A-Za-z0-9_-]{16,64}"
    r"\.[A-Za-z0-9_-]{16,64})"
    r"|(?P<jwt>eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{0,2000})?)"
    r")"
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)[^-]{0,20000}"
    r"(-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
)
#: `password = "…"`, `AccountKey=…;`, `--token …`, `"api_key": "…"`.
_ASSIGNED = re.compile(
    r"(?P<key>(?P<word>passw(?:or)?d|passphrase|pwd|secret|token|credential|api[_-]?key|apikey"
    r"|access[_-]?key|account[_-]?key|shared[_-]?key|private[_-]?key|signing[_-]?key"
    r"|auth[_-]?key|connection[_-]?string|sas|sig)"
    r"[\w-]{0,30}['\"]?\]?\s{0,5}(?:[:=]>?|==)\s{0,5}[bruBRU]{0,2})"
    r"(?P<quote>['\"]?)(?P<value>[^\s'\",;&<>()\[\]{}]{6,4000})",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"(?P<key>\b(?:bearer|basic)\s{1,5})(?P<value>[A-Za-z0-9+/_.=-]{16,4000})", re.I
)
_USERINFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20}://)(?P<info>[^\s/@'\"<>]{1,500})@")
#: Values that only name a secret: a variable, a placeholder, a lookup.
_REFERENCE = re.compile(
    r"\$|%|\*{3}|os\.|getenv|environ|secrets?\.|self\.|args\.|config|none\b|null\b|true\b|false\b|<",
    re.IGNORECASE,
)


def visible(text: str, *, multiline: bool = False) -> str:
    """Return text whose control, bidi and invisible characters are spelled out as escapes.

    With ``multiline``, tabs and newlines stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    keep = _LAYOUT if multiline else ""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in keep else _escape(match[0]), text)


def _escape(character: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if named:
        return named
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def mask(value: str) -> str:
    """Return a secret with at most its first four characters left, never more than a quarter."""
    return value[: min(4, len(value) // 4)] + _MASK


def mask_secrets(text: str) -> str:
    """Return text in which whatever looks like a credential is masked."""
    text = _PRIVATE_KEY.sub(lambda match: f"{match[1]}{_MASK}{match[2] or ''}", text)
    text = _TOKEN.sub(lambda match: mask(match[0]), text)
    text = _USERINFO.sub(lambda match: f"{match['scheme']}{_MASK}@", text)
    text = _BEARER.sub(lambda match: match["key"] + mask(match["value"]), text)
    return _ASSIGNED.sub(_mask_assigned, text)


def _mask_assigned(match: re.Match[str]) -> str:
    value = match["value"]
    if value.endswith(_MASK) or _REFERENCE.match(value):
        return match[0]
    if not match["quote"] and _is_plain_code(match["word"].lower(), value):
        return match[0]
    return f"{match['key']}{match['quote']}{mask(value)}"


def _is_plain_code(word: str, value: str) -> bool:
    """Tell a number or a name (`max_tokens=1024`, `password=db_password`) from a literal."""
    if word.startswith(("pass", "pwd", "secret")):
        named = value.lower().removeprefix("self.")
        return named == word or (
            value.isidentifier() and named.endswith(("_password", "_secret", "_pwd", "_passphrase"))
        )
    return value.isdigit() or (value.isidentifier() and not any(c.isdigit() for c in value))


def clip(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters, the cut marked with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = max(limit - 1, 0)
    # A combining mark or a joiner after the cut would leave half a character behind.
    while cut and unicodedata.combining(text[cut]):
        cut -= 1
    return text[:cut] + "…"[: limit or 0]


def shown(text: str, limit: int = 200) -> str:
    """Return one line of untrusted text that is fit for a message: masked, visible and short."""
    return clip(visible(mask_secrets(clip(text, limit * 4))), limit)
