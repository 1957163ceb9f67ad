import dataclasses
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import sample

from mlops_audit.reports.cards import MAX_FINDINGS
from mlops_audit.reports.html_report import render_html
from mlops_audit.reports.markup import markdown

VOID = {"meta", "link", "input", "br", "img", "hr"}
INLINE = {"rect", "circle", "path", "use"}


class Outline(HTMLParser):
    """Headings, ids, links and tags of a page; fails on tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if tag not in VOID:
            self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("script", "style"):
            return
        self.text.append(data)
        if any(re.fullmatch("h[1-6]", tag) for tag in self._open):
            level, title = self.headings[-1]
            self.headings[-1] = (level, title + data)


@pytest.fixture(scope="module")
def page() -> Outline:
    return Outline(render_html(sample.build()))


def test_the_sections_stand_in_order(page):
    assert [title.strip() for level, title in page.headings if level <= 2] == [
        "demand-forecast",
        "The lifecycle",
        "Next steps",
        "Projects in this repository",
        "Roadmap",
        "Levels by phase",
        "Practices, phase by phase",
        "Technologies found",
        "What runs by itself",
        "Run logs",
        "What could not be read",
        "Exceptions",
        "How level and score are computed",
    ]


def test_heading_levels_never_skip(page):
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_inner_link_has_its_target(page):
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_every_practice_and_finding_is_there(page):
    audit = sample.build()
    text = "".join(page.text)
    for practice in audit.practices:
        assert f"practice-{practice.id}" in page.ids
        assert practice.statement in text
    assert sum(1 for name in page.ids if name.startswith("finding-")) == len(audit.findings)


def test_practices_are_clumped_worst_first_inside_a_phase():
    html = render_html(sample.build())
    phase = html[html.index('id="phase-experimentation"') : html.index('id="phase-deployment"')]
    found = re.findall(r'data-status="([\w-]+)"', phase)
    rank = ["unmet", "contradicted", "partial", "unknown", "met", "not-due", "not-applicable"]
    order = [max(rank.index(status), 1) for status in found]
    assert order == sorted(order)
    assert len(set(found)) > 2


def test_places_link_to_the_forge_at_the_revision(page):
    assert (
        "https://github.com/acme/demand/blob/4f1c2d3e4a5b/src/forecast/train.py#L12" in page.links
    )


def test_without_a_remote_nothing_leaves_the_page():
    audit = sample.build(remote=None)
    audit = dataclasses.replace(
        audit, findings=tuple(dataclasses.replace(f, remediation="") for f in audit.findings)
    )
    links = Outline(render_html(audit)).links
    assert [link for link in links if not link.startswith("#")] == []


def test_nothing_is_loaded_and_nothing_is_styled_inline(page):
    for tag, attributes in page.tags:
        assert tag not in ("iframe", "object", "embed", "base", "img", "form")
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert "src" not in attributes
    policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_same_audit_gives_the_same_bytes():
    assert render_html(sample.build()) == render_html(sample.build())


def test_strings_of_the_repository_stay_text():
    html = render_html(sample.hostile())
    html.encode("utf-8")
    outline = Outline(html)
    assert [tag for tag, _ in outline.tags].count("script") == 1
    assert not [tag for tag, _ in outline.tags if tag == "img"]
    assert not [link for link in outline.links if not re.match(r"#|https?://", link)]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]", html)
    assert "{{ 7*7 }}" in "".join(outline.text)
    assert "window.pwned=1</script>" not in html


def test_a_thousand_findings_fit_the_budget():
    audit = sample.build(findings_per_rule=32)
    assert len(audit.findings) >= 1000
    assert len(render_html(audit).encode()) <= 720_000


def test_beyond_the_limit_a_rule_says_how_many_more_there_are():
    html = render_html(sample.build(findings_per_rule=MAX_FINDINGS + 5))
    assert "The first 200 are shown; 5 more are in the JSON report." in html


def test_a_finding_without_its_practice_is_not_lost():
    audit = sample.build(findings_per_rule=1)
    stray = dataclasses.replace(audit.findings[0], practice="gone", message="a stray complaint")
    html = render_html(dataclasses.replace(audit, findings=(stray,)))
    assert "a stray complaint" in html
    assert "Other findings" in html


def test_suppressed_findings_are_listed_with_their_reason(page):
    assert "the demo needs fresh noise" in "".join(page.text)


def test_an_exploration_has_no_level_and_an_empty_audit_still_renders():
    audit = sample.build(findings_per_rule=0)
    empty = dataclasses.replace(
        audit,
        repository=dataclasses.replace(
            audit.repository, kind="exploration", revision=None, projects=(), technologies=()
        ),
        maturity=dataclasses.replace(
            audit.maturity,
            level=None,
            level_range=None,
            level_name="Exploration",
            claimed=None,
            proven=None,
            score=None,
            score_range=None,
            blocked=False,
            blocked_by=(),
            held_back_by=(),
        ),
        phases=tuple(
            dataclasses.replace(
                phase, level=None, level_range=None, score=None, score_range=None, blocked_by=()
            )
            for phase in audit.phases
        ),
        roadmap=(),
        runs={},
        automation={},
        diagnostics=(),
        stats={},
    )
    text = " ".join("".join(Outline(render_html(empty)).text).split())
    assert "No run logs were found" in text
    assert "nothing in this repository starts by itself" in text
    assert "Everything was read." in text
    assert "Level None" not in text and "None/100" not in text


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("<b onclick=x>y</b>", "&lt;b onclick=x&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](JaVaScRiPt&#58;alert(1))", "[x]("),
        ("![x](http://tracker/p.png)", "!<a href"),
        ("<http://x>", "&lt;http://x&gt;"),
    ],
)
def test_markdown_in_rules_cannot_carry_html_or_odd_links(text, inert):
    html = markdown(text)
    assert inert in html
    assert not re.search(r"<(?!/?(p|a|code|strong|em|ul|ol|li|pre)\b)", html)


@pytest.mark.parametrize(
    ("found", "needed", "shown"),
    [
        ((), "implemented", ["not found", "needed, missing", "not found", "not found"]),
        (("implemented",), "implemented", ["not found", "needed, there", "not found", "not found"]),
        (("observed",), "implemented", ["not found", "needed, implied", "not found", "there"]),
        (("documented",), "automated", ["there", "not found", "needed, missing", "not found"]),
    ],
)
def test_a_stronger_proof_implies_the_needed_one(found, needed, shown):
    audit = sample.build()
    first = dataclasses.replace(audit.practices[0], strengths=found, required_strength=needed)
    html = render_html(dataclasses.replace(audit, practices=(first, *audit.practices[1:])))
    card = html[html.index(f'id="practice-{first.id}"') :]
    ladder = card[card.index("<ol") : card.index("</ol>")]
    assert re.findall(r"<span>([^<]*)</span>", ladder) == shown
