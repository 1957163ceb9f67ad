"""Functions that divide data: into training and test rows, or into folds."""

import ast

from mlops_audit.readers.python.flow import frames
from mlops_audit.readers.python.flow.arguments import Args, text_of
from mlops_audit.readers.python.flow.rows import Split
from mlops_audit.readers.python.flow.splits import crossed, divided
from mlops_audit.readers.python.flow.state import Pair, State, data_of
from mlops_audit.readers.python.flow.values import Const, Data, Estimator, Score, Seq, Value


def train_test_split(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """Return the parts of everything that is split."""
    ordered = args.constant(-1, "shuffle") is False
    split = Split(state.site(node), "train_test_split", random=not ordered)
    seed = args.keyword_nodes.get("random_state")
    split.seed = ast.dump(seed) if seed is not None else None
    values: list[Value] = []
    whole: list[tuple[Data, str]] = []
    for position, value in enumerate(args.values[:8]):
        data = data_of(value)
        if data is None:
            values += [None, None]
            continue
        subject = text_of(args.nodes[position])
        whole.append((data, subject))
        values.append(divided(state, data, split, "train", "train", subject))
        values.append(divided(state, data, split, "test", "test", subject))
    if len(whole) > 1:
        state.pairs.append(Pair(split.site, whole[0][0], whole[1][0], whole[0][1], split))
    return Seq(values) if values else None


def random_split(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """Return the parts of a data set."""
    data = data_of(args.get(0, "dataset"))
    if data is None:
        return None
    sizes = args.get(1, "lengths")
    count = len(sizes.items) if isinstance(sizes, Seq) else 2
    return frames.drawn(
        state, data, state.site(node), "random_split", count, text_of(args.node(0, "dataset"))
    )


def array_split(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`np.split(df.sample(frac=1), [a, b])`."""
    data, points = data_of(args.get(0)), args.get(1, "indices_or_sections")
    if data is None or not isinstance(points, Seq):
        return None
    split = Split(state.site(node), "split")
    names = ("train", "test") if len(points.items) == 1 else ("train", "val", "test")
    return Seq(
        [
            divided(state, data, split, names[min(n, len(names) - 1)], n, text_of(args.nodes[0]))
            for n in range(min(len(points.items), 4) + 1)
        ]
    )


def cross_validate(state: State, name: str, args: Args, node: ast.Call) -> Value:
    """Take note of a cross-validation and return its scores."""
    data = data_of(args.get(1, "X"))
    if data is None:
        return None
    subject = text_of(args.node(1, "X"))
    split = Split(state.site(node), name, cross=True)
    crossed(state, data, split, subject)
    answers = data_of(args.get(2, "y"))
    if answers is not None:
        state.pairs.append(Pair(split.site, data, answers, subject))
    groups = args.get(-1, "groups")
    if groups is not None and not (isinstance(groups, Const) and groups.value is None):
        state.grouped.append((data.rows, split.site, text_of(args.node(-1, "groups"))))
    model = args.get(0, "estimator")
    if isinstance(model, Estimator):
        # What cross-validation fits and scores are copies; the model counts as evaluated.
        state.looked.add(model)
        for step in model.all_steps():
            state.looked.add(step)
    if name == "cross_val_predict":
        return data._replace(lessons=frozenset(), columns=None, opaque=False)
    return Score((), frozenset(state.loops), metric=True)
