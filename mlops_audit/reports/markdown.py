"""Markdown: the summary of a CI job, and the comment on a pull request."""

import re
from collections.abc import Iterator

from mlops_audit.assessment.gate import place
from mlops_audit.assessment.model import Audit, Finding, Phase
from mlops_audit.reports.flat import by_rule, open_findings
from mlops_audit.reports.places import Linker, linker
from mlops_audit.reports.words import SEVERITY_WORDS, plural, span
from mlops_audit.text import clip, visible

#: A comment of GitHub holds 65,536 characters.
LIMIT = 65_000
#: By this mark a comment is found again, to be written anew instead of adding another.
MARK = "<!-- mlops-audit report -->"
_PLACES = 5
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-!|~>])")
_CUT = "\n_The rest is in the report._\n"


def render_markdown(audit: Audit) -> str:
    """Return the summary, whole sections of it up to the limit."""
    kept: list[str] = []
    size = len(MARK) + len(_CUT) + 1
    for part in _parts(audit):
        if size + len(part) > LIMIT:
            kept.append(_CUT)
            break
        kept.append(part)
        size += len(part)
    return f"{MARK}\n" + "".join(kept)


def text(value: str) -> str:
    """Return text of a repository with nothing in it that Markdown, HTML or a forge acts on."""
    shown = visible(value).replace("&", "&amp;").replace("<", "&lt;")
    shown = _SPECIAL.sub(r"\\\1", shown)
    # Mentions would call people, and addresses would become links.
    return shown.replace("@", "&#64;").replace("://", ":&#47;&#47;").replace("www.", "www&#46;")


def _parts(audit: Audit) -> Iterator[str]:
    yield from _head(audit)
    yield from _gate(audit)
    yield from _phases(audit)
    yield from _findings(audit)
    yield from _next(audit)
    yield from _rest(audit)


def _head(audit: Audit) -> Iterator[str]:
    repository, maturity = audit.repository, audit.maturity
    revision = f" at `{repository.revision[:10]}`" if repository.revision else ""
    yield f"## MLOps audit of {text(repository.name)}{revision}\n\n"
    if maturity.level is None:
        yield f"**{text(maturity.level_name)}.** "
    else:
        bounds = span(maturity.level_range)
        yield f"**Level {maturity.level} of 4: {text(maturity.level_name)}**"
        yield f", between {bounds}. " if bounds else ". "
    if maturity.score is not None:
        yield f"Score {maturity.score} of 100{_change(audit)}. "
    yield f"{text(maturity.summary)}\n"


def _change(audit: Audit) -> str:
    found, score = audit.comparison, audit.maturity.score
    if found is None or found.score is None or score is None:
        return ""
    difference = score - found.score
    sign = "no change" if difference == 0 else f"{difference:+d}"
    return f" ({sign} since {text(found.against)})"


def _gate(audit: Audit) -> Iterator[str]:
    if audit.gate.passed:
        yield "\n✅ The gate passed.\n"
    else:
        yield "\n❌ **The gate failed.**\n\n"
        for reason in audit.gate.reasons:
            yield f"- {_sentence(reason)}\n"
    if (found := audit.comparison) is not None:
        yield (
            f"\nCompared with {text(found.against)}: {found.new} new, {found.known} known,"
            f" {len(found.gone)} gone.\n"
        )


def _sentence(reason: str) -> str:
    """Escape a sentence of the gate but leave the commands in it as code."""
    parts = re.split(r"(`mlops-audit [^`]{1,200}`)", reason)
    return "".join(part if number % 2 else text(part) for number, part in enumerate(parts))


def _phases(audit: Audit) -> Iterator[str]:
    rows = "".join(_phase(phase) for phase in audit.phases)
    yield f"\n| Phase | Level | Score | Practices met |\n| --- | --- | --- | --- |\n{rows}"


def _phase(phase: Phase) -> str:
    skipped = ("not-due", "not-applicable")
    judged = sum(count for status, count in phase.counts.items() if status not in skipped)
    level = "not due" if phase.level is None else str(phase.level)
    score = "–" if phase.score is None else str(phase.score)
    met = f"{phase.counts.get('met', 0)} of {judged}" if judged else "–"
    return f"| {text(phase.title)} | {level} | {score} | {met} |\n"


def _findings(audit: Audit) -> Iterator[str]:
    link = linker(audit.repository.remote_url, audit.repository.revision, audit.repository.prefix)
    found = open_findings(audit)
    fresh = [item for item in found if item.new]
    known = [item for item in found if not item.new]
    if fresh:
        yield f"\n### {plural(len(fresh), 'new finding')}\n\n"
        for own in by_rule(fresh).values():
            yield _rule(own, link)
    if known:
        counts = [
            plural(count, word.text.lower())
            for severity, word in SEVERITY_WORDS.items()
            if (count := sum(1 for item in known if item.severity == severity))
        ]
        what = "known finding" if audit.comparison is not None else "finding"
        yield (f"\n<details><summary>{plural(len(known), what)}: {', '.join(counts)}</summary>\n\n")
        # The end of the fold comes with every part, so that a cut never leaves it open.
        parts = [_rule(own, link) for own in by_rule(known).values()]
        room = LIMIT // 2
        kept: list[str] = []
        for part in parts:
            if sum(map(len, kept)) + len(part) > room:
                kept.append(f"- and {plural(len(parts) - len(kept), 'more rule')}\n")
                break
            kept.append(part)
        yield "".join(kept) + "\n</details>\n"


def _rule(found: list[Finding], link: Linker) -> str:
    first = found[0]
    places = []
    for item in found[:_PLACES]:
        where = place(item)
        if where:
            address = link(item.path, item.line, item.end_line)
            places.append(f"[{text(where)}]({address})" if address else text(where))
    rest = f" and {len(found) - _PLACES} more" if len(found) > _PLACES else ""
    at = f": {', '.join(places)}{rest}" if places else ""
    word = SEVERITY_WORDS[first.severity].text.lower()
    message = "" if len(found) > 1 else f"<br>{text(clip(first.message, 300))}"
    return f"- **{text(first.name)}** ({word}, `{first.rule}`){at}{message}\n"


def _next(audit: Audit) -> Iterator[str]:
    if not audit.roadmap:
        return
    yield "\n### Next steps\n\n"
    for step in audit.roadmap[:3]:
        first = clip(" ".join(step.first_step.split()), 400)
        yield f"{step.position}. **{text(step.title)}** ({step.effort}): {text(first)}\n"


def _rest(audit: Audit) -> Iterator[str]:
    odd = [item for item in audit.suppressions if item.state in ("unused", "expired", "invalid")]
    answered = sum(item.suppressed is not None for item in audit.findings)
    notes = []
    if answered:
        notes.append(f"{plural(answered, 'finding')} suppressed")
    if odd:
        notes.append(f"{plural(len(odd), 'suppression')} unused, expired or invalid")
    if audit.repository.unread:
        notes.append(f"{plural(audit.repository.unread, 'file')} could not be read")
    if notes:
        yield f"\n{', '.join(notes)}.\n"
