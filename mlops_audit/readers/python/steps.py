"""What the last step of a pipeline says about the whole: it learns a model, or it transforms."""

import ast
import re
from collections.abc import Callable

from mlops_audit.readers.python.annotations import dotted_origin

#: Calls that make a pipeline out of steps.
PIPELINES = frozenset(
    f"{package}.pipeline.{name}"
    for package in ("sklearn", "imblearn")
    for name in ("Pipeline", "make_pipeline")
)
#: What fits to data only to change it.
_TRANSFORMING = re.compile(
    r"sklearn\.(?:preprocessing|impute|feature_extraction|feature_selection|decomposition|compose"
    r"|random_projection|kernel_approximation|manifold|pipeline\.(?:FeatureUnion|make_union))\b"
)
_LEARNING = ("TransformedTargetRegressor", "LatentDirichletAllocation")
#: A pipeline that ends in a transformer is one, as a union of features is.
TRANSFORMER = "sklearn.pipeline.FeatureUnion()"


def pipeline_origin(node: ast.Call, lookup: Callable[[str], str | None]) -> str | None:
    """Return the origin of a pipeline that ends in a transformer, None for any other."""
    last = _last_step(node)
    if type(last) is ast.Call:
        last = last.func
    if not isinstance(last, (ast.Name, ast.Attribute)):
        return None
    found = dotted_origin(last, lookup)
    if found is None or not _TRANSFORMING.match(found):
        return None
    return None if found.removesuffix("()").endswith(_LEARNING) else TRANSFORMER


def _last_step(node: ast.Call) -> ast.expr | None:
    steps = node.args[-1] if node.args else None
    func = node.func
    if (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) == (
        "make_pipeline"
    ):
        return steps
    for keyword in node.keywords:
        if keyword.arg == "steps":
            steps = keyword.value
    if not isinstance(steps, (ast.List, ast.Tuple)) or not steps.elts:
        return None
    last = steps.elts[-1]
    return last.elts[1] if isinstance(last, ast.Tuple) and len(last.elts) == 2 else None
