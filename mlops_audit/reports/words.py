"""The words, shapes and order in which reports show statuses, levels and strengths."""

from typing import NamedTuple

from mlops_audit.rules.model import STRENGTHS

LEVEL_NAMES = {
    0: "No MLOps",
    1: "DevOps but no MLOps",
    2: "Automated training",
    3: "Automated model deployment",
    4: "Full MLOps automated operations",
}


class Word(NamedTuple):
    """How a value is written: the word and the id of its icon."""

    text: str
    icon: str


STATUS_WORDS = {
    "unmet": Word("Not met", "unmet"),
    "contradicted": Word("Contradicted", "contradicted"),
    "partial": Word("Partly met", "partial"),
    "unknown": Word("Cannot be seen here", "unknown"),
    "met": Word("Met", "met"),
    "not-due": Word("Not due yet", "not-due"),
    "not-applicable": Word("Not applicable", "not-applicable"),
}

#: Practices are clumped in this order; the last two are folded.
CLUMPS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("Not met or contradicted", ("unmet", "contradicted"), False),
    ("Partly met", ("partial",), False),
    ("Cannot be seen here", ("unknown",), False),
    ("Met", ("met",), False),
    ("Not due yet", ("not-due",), True),
    ("Not applicable", ("not-applicable",), True),
)

STRENGTH_WORDS = {
    "documented": "Documented",
    "implemented": "Implemented",
    "automated": "Automated",
    "observed": "Observed",
}
STRENGTH_ORDER = STRENGTHS

RESULT_WORDS = {
    "pass": Word("Passed", "met"),
    "fail": Word("Failed", "unmet"),
    "unknown": Word("Unknown", "unknown"),
    "not-applicable": Word("Not applicable", "not-applicable"),
    "manual": Word("Needs a person", "unknown"),
    "error": Word("Rule broke", "contradicted"),
}

SEVERITY_WORDS = {
    "error": Word("Error", "error"),
    "warning": Word("Warning", "warning"),
    "note": Word("Note", "note"),
}

ROLE_WORDS = {"core": "core", "supporting": "supporting", "gate": "gate"}

KIND_WORDS = {
    "exploration": "Exploration project",
    "experimentation": "Experimentation project",
    "production": "Production project",
    "library": "Library or tool",
    "non-ml": "Not a machine-learning repository",
}

FRAMEWORK_WORDS = {
    "microsoft": "Microsoft maturity model",
    "caf": "Azure CAF",
    "google": "Google Cloud",
    "ml-test-score": "ML Test Score",
    "se-ml": "SE-ML practices",
    "crisp-ml": "CRISP-ML(Q)",
    "aws-lens": "AWS ML Lens",
    "governance": "Governance (NIST, EU, ISO)",
    "others": "Others",
}


def level_name(level: int | None) -> str:
    """Return the name of a level, or what its absence means."""
    return "No level" if level is None else LEVEL_NAMES.get(level, f"Level {level}")


def span(pair: tuple[int, int] | None) -> str | None:
    """Return 'low–high', or None if there is no range or it is a single number."""
    if pair is None or pair[0] == pair[1]:
        return None
    return f"{pair[0]}–{pair[1]}"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """Return the count with its noun."""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"
