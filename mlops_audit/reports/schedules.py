"""What starts something, in words: `schedule 0 6 * * 1` is at 06:00, only on Monday."""

from mlops_audit.text import visible

_ALIASES = {
    "@yearly": "every year",
    "@annually": "every year",
    "@monthly": "every month",
    "@weekly": "every week",
    "@daily": "every day",
    "@midnight": "every day at midnight",
    "@hourly": "every hour",
}
_LIMIT = 100


def trigger_words(label: str, detail: str) -> str:
    """Return the label of a trigger; a schedule that can be said in words is said so."""
    if not label.startswith("schedule"):
        return label
    words = schedule_words(detail or label.removeprefix("schedule").strip())
    return f"schedule {words}" if words else label


def schedule_words(expression: str) -> str:
    """Return a cron expression in words, '' if it is none.

    Five fields, or six or seven as Quartz and Amazon EventBridge (`cron(…)`) write them.
    """
    plain = " ".join(expression.strip().strip("'\"").split())
    if plain.lower() in _ALIASES:
        return _ALIASES[plain.lower()]
    if plain.startswith("cron(") and plain.endswith(")"):
        fields = plain[5:-1].split()
        # Amazon writes the year last, where Quartz writes the second first.
        plain = " ".join(fields[:5]) if len(fields) == 6 else ""
    if not 5 <= len(plain.split()) <= 7 or len(plain) > _LIMIT:
        return ""
    return _described(plain)


def _described(expression: str) -> str:
    # Only what has a schedule pays for the import.
    from cron_descriptor import (
        FormatException,
        MissingFieldException,
        Options,
        WrongArgumentException,
        get_description,
    )

    options = Options()
    options.use_24hour_time_format = True
    try:
        words = str(get_description(expression, options))
    except (FormatException, MissingFieldException, WrongArgumentException, ValueError, IndexError):
        return ""
    return visible(words[:1].lower() + words[1:])
