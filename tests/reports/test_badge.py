import dataclasses
import xml.etree.ElementTree as ElementTree

import pytest
import sample

from mlops_audit.reports.badge import render_badge

SVG = "{http://www.w3.org/2000/svg}"


def told(audit):
    """Return the title and the visible words of a badge."""
    badge = render_badge(audit)
    assert badge.count("\n") == 1
    root = ElementTree.fromstring(badge)
    title = root.find(f"{SVG}title")
    assert root.get("role") == "img"
    assert root.get("aria-label") == title.text
    return title.text, " ".join(text.text for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        (
            {"level": 2, "score": 58, "blocked": False},
            "MLOps maturity: level 2 of 4, score 58 of 100",
            "MLOps level 2, 58/100",
        ),
        (
            {"level": 1, "score": 100, "blocked": True},
            "MLOps maturity: level 1 of 4, score 100 of 100, blocked",
            "MLOps level 1, 100/100, blocked",
        ),
        (
            {"level": None, "score": None, "blocked": False},
            "MLOps maturity: no level",
            "MLOps no level",
        ),
    ],
)
def test_level_and_score_are_read_and_seen(changes, title, words):
    audit = sample.build()
    audit = dataclasses.replace(audit, maturity=dataclasses.replace(audit.maturity, **changes))
    assert told(audit) == (title, words)


def test_nothing_of_the_repository_gets_into_it():
    assert render_badge(sample.hostile()) == render_badge(sample.build())
