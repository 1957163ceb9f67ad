from itertools import combinations

import pytest

from mlops_audit.reports.graph.layers import layout


def sizes(names: str) -> dict[str, tuple[int, int]]:
    return {name: (40 + 10 * number, 30) for number, name in enumerate(names)}


def edges(text: str) -> list[tuple[str, str]]:
    return [(pair[0], pair[1]) for pair in text.split()]


def test_every_edge_leads_to_the_right():
    drawn = layout(sizes("abcdef"), edges("ab ac bd cd de af fe"))
    for source, target in edges("ab ac bd cd de af fe"):
        assert drawn.spots[source].x < drawn.spots[target].x
        way = drawn.ways[source, target]
        assert [x for x, _ in way] == sorted(x for x, _ in way)


@pytest.mark.parametrize("text", ["ab ac ad ae", "ae be ce de", "ab bc cd ae be ce", "ab bc ca"])
def test_no_box_lies_on_another_and_all_are_inside(text):
    boxes = sizes("abcde")
    drawn = layout(boxes, edges(text))
    for one, other in combinations(boxes, 2):
        a, b = drawn.spots[one], drawn.spots[other]
        apart_across = a.x + boxes[one][0] <= b.x or b.x + boxes[other][0] <= a.x
        assert apart_across or abs(a.y - b.y) >= 30
    for name, (width, height) in boxes.items():
        assert 0 <= drawn.spots[name].x <= drawn.width - width
        assert 0 <= drawn.spots[name].y <= drawn.height - height


def test_crossings_are_undone():
    drawn = layout(sizes("abcxyz"), edges("ax ab ac by cz"))
    crossed = layout(sizes("abczyx"), edges("by cz"))
    assert drawn.spots["b"].y != drawn.spots["c"].y
    for one in (drawn, crossed):
        above = one.spots["b"].y < one.spots["c"].y
        assert above == (one.spots["y"].y < one.spots["z"].y)


def test_a_chain_is_a_straight_line():
    drawn = layout(sizes("abcd"), edges("ab bc cd"))
    assert len({spot.y for spot in drawn.spots.values()}) == 1


def test_long_edges_pass_between_the_boxes_of_the_layers_they_cross():
    boxes = sizes("abcd")
    drawn = layout(boxes, edges("ab bc cd ad"))
    inner = drawn.ways["a", "d"][2:-1]
    assert len(inner) == 4
    for name in "bc":
        top = drawn.spots[name].y
        for x, y in inner:
            if drawn.spots[name].x <= x <= drawn.spots[name].x + boxes[name][0]:
                assert not top <= y <= top + 30


def test_cycles_and_unknown_ends_are_drawn_all_the_same():
    drawn = layout(sizes("ab"), edges("ab ba az"))
    assert set(drawn.ways) == {("a", "b"), ("b", "a")}
    assert layout({}, []).width == 0


def test_the_same_graph_gives_the_same_drawing():
    names = [f"n{number}" for number in range(400)]
    boxes = dict.fromkeys(names, (60, 30))
    lines = [(names[number // 3], names[number]) for number in range(1, 400)]
    lines += [(names[number], names[number + 40]) for number in range(0, 350, 7)]
    assert layout(boxes, lines) == layout(boxes, lines)
