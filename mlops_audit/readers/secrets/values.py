"""What a string is worth as a credential: live, weak, a placeholder or nothing at all."""

import hashlib
import math
import re
from collections import Counter

_PLACEHOLDER = re.compile(
    r"^<|>$|^\[.*\]$|\$\{|\$\(|^\$|\{\{|^\{.*\}$|%\(|%s|^%\w+%$|\{\w*\}"
    r"|\*{3}|x{4}|\.{3}|…|_{4}|-{4}|0{8}|1234567|abcdef\d|abcdefgh|deadbeef"
    r"|your[-_ ]?|my[-_]?(secret|token|key|api|pass)|insert|replace|change[-_ ]?(me|this|it)"
    r"|placeholder|dummy|example|redacted|hidden|masked|todo|fixme|put[-_]|enter[-_ ]"
    r"|not[-_]?a[-_]?real|fake|sample|here$|goes[-_]here|notreal|sanitized|removed|elided",
    re.IGNORECASE,
)
#: Published by their vendors for documentation and emulators.
_VENDOR = (
    "AKIAIOSFODNN7",
    "wJalrXUtnFEMI",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw",
    "eyJhcGlfYWRkcmVzcyI6Imh0dHBzOi8vYXBwLm5lcHR1bmUuYWkiLCJhcGlfdXJsIjoiaHR0cHM6Ly9hcHAubmVwdHVuZS5haSIsImFwaV9rZXkiOiJBTk9OWU1PVVM",
    "eyJhcGlfYWRkcmVzcyI6Imh0dHBzOi8vdWkubmVwdHVuZS5haSIsImFwaV91cmwiOiJodHRwczovL3VpLm5lcHR1bmUuYWkiLCJhcGlfa2V5IjoiYjcwNmJjOGYtNzZmOS00YzJlLTkzOWQtNGJhMDM2ZjkzMmU0In0",
)
_WEAK = frozenset(
    [
        "password",
        "passwd",
        "pass",
        "passphrase",
        "secret",
        "token",
        "admin",
        "administrator",
        "root",
        "toor",
        "user",
        "username",
        "test",
        "testing",
        "tester",
        "demo",
        "guest",
        "default",
        "minio",
        "minioadmin",
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "mongo",
        "mongodb",
        "redis",
        "rabbitmq",
        "airflow",
        "mlflow",
        "jupyter",
        "grafana",
        "prefect",
        "dagster",
        "clearml",
        "superset",
        "metabase",
        "neo",
        "elastic",
        "elasticsearch",
        "kibana",
        "sa",
        "welcome",
        "letmein",
        "qwerty",
        "monkey",
        "login",
        "hello",
        "foo",
        "foobar",
        "bar",
        "baz",
        "abc",
        "changeme",
        "changeit",
        "database",
        "db",
        "dbpassword",
        "dbpass",
        "mypassword",
        "supersecret",
        "topsecret",
        "verysecret",
        "secretkey",
        "secretpassword",
        "testpassword",
        "adminpassword",
        "rootpassword",
        "userpassword",
        "testuser",
        "testpass",
        "adminadmin",
        "adminpass",
        "master",
        "postgrespassword",
        "mysqlpassword",
        "redispassword",
        "mlflowpassword",
        "miniosecret",
        "local",
        "localhost",
        "development",
        "dev",
        "string",
        "text",
        "key",
        "apikey",
        "value",
    ]
)
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"})
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_REFERENCE = re.compile(
    r"^(?:os\.|env\.|var\.|self\.|config\.|settings\.|secrets?\.|process\.env|local\.|data\.|args\."
    r"|getenv|ENC\[|!|@|https?:|s3:|gs:|file:|/|\./|\.\./|~/|[A-Za-z]:\\|arn:|projects/|sha\d+[:-]"
    r"|md5:|vault:|ref\+|op://|kv/|azureml:)|\(.*\)|://"
)


def entropy(text: str) -> float:
    """Return the Shannon entropy of the characters in bits."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def is_placeholder(value: str) -> bool:
    """Tell whether a value is a stand-in, a template expression or a vendor's published example."""
    text = value.strip()
    return len(set(text)) <= 3 or text.startswith(_VENDOR) or is_template(text)


def is_template(text: str) -> bool:
    """Tell whether a text is to be filled in: `<user>`, `${USER}`, `your-name`."""
    return bool(_PLACEHOLDER.search(text[:400]))


def is_weak(value: str) -> bool:
    """Tell whether a value is a default or demo password such as minioadmin or Passw0rd!."""
    text = value.strip().lower()
    plain = re.sub(r"[^a-z]", "", text.translate(_LEET))
    bare = re.sub(r"[^a-z]", "", text)
    words = re.findall(r"[a-z]+", text)
    return (
        plain in _WEAK
        or bare in _WEAK
        or (text.isdigit() and len(text) <= 8)
        or (len(words) > 1 and _WEAK.issuperset(words))
    )


def is_reference(value: str) -> bool:
    """Tell whether a value names where a secret is kept, or is a path or address."""
    return bool(_REFERENCE.search(value[:400]))


def is_random(value: str) -> bool:
    """Tell whether a value looks like a generated key: long, mixed and without words."""
    if len(value) < 16 or _UUID.search(value) or not value.isascii() or re.search(r"\s", value):
        return False
    if _BASE64.fullmatch(value) and _mixed(value) and entropy(value) >= 3.9:
        return True
    for part in re.split(r"[-_./:+=]", value):
        if len(part) >= 12 and _digits_and_letters(part) and entropy(part) >= 3.0:
            return _word_share(part) < 0.6
    return False


def is_strong_password(value: str) -> bool:
    """Tell whether a value is what a person would choose as a real password."""
    if not 8 <= len(value) <= 100 or re.search(r"\s", value) or not value.isascii():
        return False
    classes = [r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]"]
    found = sum(bool(re.search(each, value)) for each in classes)
    if re.fullmatch(r"[A-Za-z]+(?:[-_.:/ ][A-Za-z]+)*", value) or _UUID.search(value):
        return False
    return (found >= 3 or is_random(value)) and entropy(value) >= 2.5


def mask(value: str) -> str:
    """Return at most the first four characters, fewer for a short value, and the length."""
    text = "".join(character if character.isprintable() else "?" for character in value[:4])
    return f"{text[: min(4, len(value) // 4)]}… ({len(value)} characters)"


def fingerprint(value: str) -> str:
    """Return a short keyed hash: enough to see repetitions, too short to confirm a guess."""
    data = value.encode("utf-8", "replace")
    return hashlib.blake2b(data, digest_size=5, key=b"mlops-audit secret").hexdigest()


def _mixed(text: str) -> bool:
    return bool(
        re.search(r"[a-z]", text) and re.search(r"[A-Z]", text) and re.search(r"[0-9]", text)
    )


def _digits_and_letters(text: str) -> bool:
    return bool(re.search(r"[0-9]", text) and re.search(r"[A-Za-z]", text))


def _word_share(text: str) -> float:
    """Return how much of the text stands in runs of five and more lower-case letters."""
    return sum(len(run) for run in re.findall(r"[a-z]{5,}", text)) / len(text)
