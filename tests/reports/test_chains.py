"""What each trigger reaches, as text."""

import sample

from mlops_audit.reports.chains import trigger_chains


def test_a_chain_names_the_way_and_everything_done_at_its_end():
    (train, push), hidden = trigger_chains(sample.automation())
    assert (train.label, hidden) == ("schedule 0 4 * * 1", 0)
    (chain,) = train.chains
    assert [label for _, label in chain.steps] == ["train", "dvc repro", "fit", "train"]
    assert chain.actions == ("train", "log_metric") and train.actions == chain.actions
    assert not push.actions and [chain.resolved for chain in push.chains] == [False]


def graph(*edges):
    names = {name for edge in edges for name in edge[:2]}
    kinds = {"t": "trigger", "j": "job", "a": "action", "s": "script"}
    return {
        "nodes": [
            {"id": n, "kind": kinds[n[0]], "label": n[2:], "path": None, "line": None}
            for n in sorted(names)
        ],
        "edges": [
            {"source": a, "target": b, "kind": "x", "resolved": True, "confidence": "high"}
            for a, b in edges
        ],
    }


def test_small_actions_are_told_only_where_there_is_nothing_else():
    (both, small), _ = trigger_chains(
        graph(
            ("t:push", "j:one"), ("j:one", "a:seed"), ("j:one", "a:train"),
            ("j:one", "a:load_data"),
            ("t:tag", "j:two"), ("j:two", "a:seed"),
        )
    )  # fmt: skip
    assert (both.label, both.actions) == ("push", ("load_data", "train"))
    assert small.actions == ("seed",)


def test_jobs_that_do_nothing_known_are_named_once_and_called_workflows_left_out():
    (found,), _ = trigger_chains(
        graph(
            ("t:push", "j:idle"), ("t:push", "j:work"), ("j:work", "a:test"), ("t:reusable", "j:x")
        )
    )
    assert found.idle == ("idle",) and len(found.chains) == 1


def test_a_cycle_ends():
    (found,), _ = trigger_chains(
        graph(("t:push", "s:a"), ("s:a", "s:b"), ("s:b", "s:a"), ("s:b", "a:train"))
    )
    assert [len(chain.steps) for chain in found.chains] == [2]
