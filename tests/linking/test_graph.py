"""The automation graph that a report draws."""

from test_reach import CRON, TRAIN, WEEKLY, workflow


def test_the_way_from_the_trigger_to_the_action_is_drawn(linked):
    repository = linked({"train.py": TRAIN, WEEKLY: workflow(CRON)})
    nodes = dict(repository.rows("SELECT id, kind FROM node"))
    after = {}
    for source, target in repository.rows("SELECT source, target FROM edge"):
        after.setdefault(source, []).append(target)
    (at,) = [node for node, kind in nodes.items() if kind == "trigger"]
    kinds = [nodes[at]]
    while at in after:
        at = min(after[at], key=lambda node: (nodes[node] == "action", node))
        kinds.append(nodes[at])
    assert kinds == ["trigger", "job", "command", "script", "function", "action"]


def test_a_command_that_runs_a_missing_file_is_drawn_as_broken(linked):
    repository = linked({WEEKLY: workflow(CRON, "python gone.py")})
    ((label,),) = repository.rows(
        "SELECT n.label FROM edge e JOIN node n ON n.id = e.target WHERE e.resolved = 0"
    )
    assert label == "gone.py (missing)"


def test_every_edge_joins_two_nodes_and_a_large_graph_is_folded(linked):
    files = {f"train_{i}.py": TRAIN for i in range(300)}
    repository = linked({**files, WEEKLY: workflow(CRON, "python train_7.py")})
    nodes = {row[0] for row in repository.rows("SELECT id FROM node")}
    assert 100 < len(nodes) <= 400
    for source, target in repository.rows("SELECT source, target FROM edge"):
        assert {source, target} <= nodes
    assert "trigger" in {row[0] for row in repository.rows("SELECT kind FROM node")}
