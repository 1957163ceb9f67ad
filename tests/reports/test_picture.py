import re
from typing import Any

import sample

from mlops_audit.reports.graph.fold import LIMIT, Folding
from mlops_audit.reports.graph.picture import picture


def graph(edges: list[tuple[str, str]], lost: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a graph; the first letter of a name is its kind."""
    kinds = {"t": "trigger", "j": "job", "c": "command", "f": "function", "a": "action"}
    names = dict.fromkeys(name for edge in edges for name in edge)
    return {
        "nodes": [
            {"id": n, "kind": kinds[n[0]], "label": n, "path": "ci.yml", "line": 3} for n in names
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "kind": "runs",
                "resolved": target not in lost,
                "confidence": "high",
            }
            for source, target in edges
        ],
    }


def nowhere(path: str | None, line: int | None) -> str | None:
    return None


def words(boxes: Any) -> list[str]:
    return [" ".join(box.lines) for box in boxes]


def test_a_way_is_drawn_from_the_trigger_to_what_is_done():
    drawn = picture(Folding(graph([("t", "j"), ("j", "c"), ("c", "atrain")])), "t", nowhere)
    assert drawn is not None
    assert [box.kind for box in drawn.boxes] == ["trigger", "job", "command", "does"]
    assert words(drawn.boxes)[-1] == "atrain"
    assert [state for _, state in drawn.ways] == ["followed"] * 3
    assert drawn.hidden == 0


def test_a_broken_end_says_so_in_words_and_in_its_line():
    folding = Folding(graph([("t", "j"), ("j", "c"), ("j", "atest")], lost=("c",)))
    drawn = picture(folding, "t", nowhere)
    assert drawn is not None
    (lost,) = [box for box in drawn.boxes if box.tone == "lost"]
    assert "not found" in lost.kind
    assert sorted(state for _, state in drawn.ways) == ["followed", "followed", "lost"]


def test_what_does_nothing_is_left_out_but_for_jobs():
    folding = Folding(graph([("t", "j1"), ("t", "j2"), ("j1", "f1"), ("j1", "f2"), ("f2", "a")]))
    assert folding.part("t").nodes == ("t", "j1", "j2", "f2")


def test_a_large_graph_is_folded_and_says_how_many_nodes_are_left_out():
    edges = [("t", "j")]
    for number in range(400):
        edges += [("j", f"f{number}"), (f"f{number}", f"a{number}")]
    drawn = picture(Folding(graph(edges)), "t", nowhere)
    assert drawn is not None
    shown = [box for box in drawn.boxes if box.kind == "function"]
    (more,) = [box for box in drawn.boxes if box.tone == "more"]
    assert len(drawn.boxes) <= LIMIT + 1
    assert drawn.hidden == 400 - len(shown)
    assert words([more]) == [f"… {drawn.hidden} more"]


def test_broken_ends_are_never_folded_before_the_rest():
    edges = [("t", "j")]
    for number in range(100):
        edges += [("j", f"f{number}"), (f"f{number}", f"a{number}")]
    edges.append(("j", "c"))
    assert "c" in Folding(graph(edges, lost=("c",))).part("t").nodes


def test_a_trigger_that_starts_nothing_has_no_drawing():
    assert picture(Folding(graph([("t1", "j")])), "j", nowhere) is None


def test_boxes_hold_their_text_and_hostile_labels_lose_their_control_characters():
    automation = sample.hostile_automation("x.py")
    drawn = picture(Folding(automation), "t1", nowhere)
    assert drawn is not None
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - box.width
        assert 0 <= box.y <= drawn.height - box.height
        assert len(box.lines) <= 3
        assert not re.search("[\x00-\x1f\x7f\u202e]", "".join(box.lines) + box.kind)
