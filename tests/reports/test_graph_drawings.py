"""The automation graph as text, Mermaid and DOT, whole or in part."""

import json
import re
from typing import Any

import pytest
import sample

from mlops_audit.reports.graph import dot, mermaid, select, text
from mlops_audit.reports.schedules import schedule_words

Graph = dict[str, list[dict[str, Any]]]


def graph(*edges: tuple[str, str]) -> Graph:
    """Return a graph; the first letter of a node's name says its kind."""
    kinds = {"t": "trigger", "j": "job", "a": "action", "s": "script", "c": "command"}
    names = dict.fromkeys(name for edge in edges for name in edge)
    return {
        "nodes": [
            {
                "id": name,
                "kind": kinds[name[0]],
                "label": name[2:],
                "path": f"{name[2:]}.yml" if name[0] == "t" else None,
                "line": None,
                "detail": "",
            }
            for name in names
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "kind": "runs",
                "resolved": not target.endswith("(missing)"),
                "confidence": "high",
            }
            for source, target in edges
        ],
    }


SMALL = graph(
    ("t:push", "j:test"), ("j:test", "a:test"), ("t:schedule", "j:train"),
    ("j:train", "c:make train"), ("c:make train", "s:train.py"), ("s:train.py", "a:train"),
    ("j:train", "s:gone.py (missing)"), ("s:by_hand.py", "a:train"),
)  # fmt: skip


def test_text_shows_every_way_and_what_is_started_by_hand() -> None:
    assert text(SMALL).splitlines() == [
        "push.yml  push",
        "└─ job test → test",
        "",
        "schedule.yml  schedule",
        "└─ job train",
        "   ├─ make train → train.py → train",
        "   └─ gone.py (missing)",
        "",
        "Started by hand",
        "└─ by_hand.py → train",
    ]


def test_a_cycle_is_drawn_once() -> None:
    found = text(graph(("t:push", "s:a"), ("s:a", "s:b"), ("s:b", "s:a"), ("s:b", "a:train")))
    assert found == "push.yml  push\n└─ a → b → train\n"


def test_a_trigger_or_an_action_chooses_a_part() -> None:
    def labels(part: Graph) -> set[str]:
        return {node["label"] for node in part["nodes"]}

    assert labels(select(SMALL, triggers=["push"])) == {"push", "test"}
    assert labels(select(SMALL, triggers=["sched*.yml"], actions=["train"])) == {
        "schedule", "train", "make train", "train.py",
    }  # fmt: skip
    assert "by_hand.py" in labels(select(SMALL, actions=["train"]))
    assert select(SMALL, triggers=["push"], actions=["train"])["nodes"] == []
    assert select(SMALL) == SMALL


@pytest.mark.parametrize("draw", [mermaid, dot])
def test_a_drawing_has_every_node_and_edge_once(draw: Any) -> None:
    drawn = draw(SMALL)
    arrows = re.findall(r"^\s*(n\d+) (?:-->|-\.->|->) (n\d+)", drawn, re.MULTILINE)
    assert len(arrows) == len(set(arrows)) == len(SMALL["edges"])
    named = {name for pair in arrows for name in pair}
    assert named == {f"n{number}" for number in range(len(SMALL["nodes"]))}
    assert "gone.py (missing)" in drawn


@pytest.mark.parametrize("draw", [mermaid, dot, text])
def test_hostile_labels_stay_text(draw: Any) -> None:
    bad = '"]; click n0 href "javascript:x" \\" <script>\x1b[31m\u202e`'
    hostile = graph(("t:push", "j:" + bad))
    drawn = draw(hostile)
    assert "\x1b" not in drawn and "\u202e" not in drawn
    if draw is mermaid:
        (line,) = [one for one in drawn.splitlines() if "click" in one]
        label = re.fullmatch(r'\s*n1\["([^"<>`\\]*)"\]', line)
        assert label is not None
    if draw is dot:
        (line,) = [one for one in drawn.splitlines() if "click" in one]
        label = re.match(r'\s*n1 \[label="(?:[^"\\]|\\.)*", shape=box', line)
        assert label is not None


def test_a_graph_of_the_report_is_drawn() -> None:
    automation = json.loads(json.dumps(sample.automation()))
    assert "schedule at 04:00, only on Monday" in text(automation)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 6 * * 1", "at 06:00, only on Monday"),
        ("'*/15 * * * *'", "every 15 minutes"),
        ("@daily", "every day"),
        ("cron(0 12 * * ? *)", "at 12:00"),
        ("rate(1 day)", ""),
        ("a b c d e", ""),
        ("$CRON", ""),
        ("", ""),
    ],
)
def test_schedules_are_said_in_words(expression: str, words: str) -> None:
    assert schedule_words(expression) == words
