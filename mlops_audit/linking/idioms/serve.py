"""Services and demonstrations: routes and handlers that apply a model."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_APPLYING = words("predict load_model hosted_model")
#: Words of a route that answers with a prediction.
_PREDICTING = words(
    """
    predict prediction predictions predicts infer inference score scoring invocations classify
    classification detect detection generate recommend recommendation recommendations forecast
    embed embeddings translate transcribe summarize estimate answer ask chat query completion
    completions segment rank upload analyze analyse sentiment
    """
)
_MANAGING = words("train retrain training health healthz ping ready live metrics docs login logout")
_DEMOS = words("streamlit gradio chainlit dash panel taipy nicegui solara")
#: Functions that a platform calls by their name, and what they are called there.
_HANDLERS = words("init run lambda_handler handler model_fn predict_fn transform_fn input_fn")


class _Route(NamedTuple):
    site: Site
    name: str


def services(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Yield `serve` for every route or handler that applies a model."""
    served = {
        path for (path,) in connection.execute("SELECT path FROM action WHERE action = 'serve'")
    }
    routes: dict[str, list[_Route]] = defaultdict(list)
    query = (
        "SELECT path, cell, line, scope, name FROM entry_point WHERE kind = 'web_route'"
        " ORDER BY path, line, scope"
    )
    for path, cell, line, scope, name in connection.execute(query):
        # A notebook shows how a service would look; nothing of it runs on.
        if known.written(path) and cell is None:
            routes[path].append(_Route(Site(path, cell, line, scope), name))
    for path, found in routes.items():
        yield from _served(path, found, reached)
    for action in _handlers(connection, known, reached):
        if action.path not in routes and action.path not in served:
            yield action


def _served(path: str, routes: list[_Route], reached: Reached) -> Iterator[Action]:
    acting = {
        route: reached.actions(Unit(path, route.site.scope)) & _APPLYING
        for route in routes
        if not _manages(route)
    }
    applying = [route for route, actions in acting.items() if actions]
    if not applying and "load_model" in reached.actions(Unit(path, "")):
        # The model is loaded with the application and applied by calling it.
        applying = [route for route in acting if _predicts(route)]
    predicting = [route for route in applying if _predicts(route)]
    direct = [route for route in applying if acting[route] - {"load_model"}]
    for route in predicting or direct:
        hosted = acting[route] == {"hosted_model"}
        yield idiom(route.site, "serve", route.name, confidence="medium" if hosted else "high")
    if not predicting and not direct:
        for route in applying:
            yield idiom(route.site, "serve", route.name, confidence="medium")


def _parts(route: _Route) -> set[str]:
    return set(name_parts(route.name)) | set(name_parts(route.site.scope))


def _predicts(route: _Route) -> bool:
    return bool(_parts(route) & _PREDICTING)


def _manages(route: _Route) -> bool:
    return bool(_parts(route) & _MANAGING) and not _predicts(route)


def _handlers(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Functions that Azure ML, SageMaker or AWS Lambda call by name."""
    files: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    query = (
        "SELECT path, line, qualname, parameters FROM definition WHERE kind = 'function'"
        f" AND qualname IN ({','.join('?' * len(_HANDLERS))}) ORDER BY path, line"
    )
    for path, line, name, parameters in connection.execute(query, sorted(_HANDLERS)):
        if known.written(path):
            files[path][name] = (line, parameters)
    for path, functions in files.items():
        handler = _handler(path, functions)
        if handler is None:
            continue
        starts = [*(Unit(path, name) for name in sorted(functions)), Unit(path, "")]
        sure = reached.first(_APPLYING, *starts)
        if sure is None and handler in ("lambda_handler", "handler"):
            continue
        if sure is None and reached.first(_APPLYING, *starts, low=True) is None:
            continue
        site = Site(path, None, functions[handler][0], handler)
        batch = handler == "run" and {"batch", "batchscore", "parallel"} & set(name_parts(path))
        yield idiom(
            site, "predict_batch" if batch else "serve", f"{handler}() in {path}",
            confidence="medium" if sure is None else "high",
        )  # fmt: skip


def _handler(path: str, functions: dict[str, tuple[int, int]]) -> str | None:
    if functions.get("init", (0, 1))[1] == 0 and functions.get("run", (0, 0))[1] >= 1:
        return "run"
    if "model_fn" in functions:
        return next(
            (name for name in ("predict_fn", "transform_fn") if name in functions), "model_fn"
        )
    if functions.get("lambda_handler", (0, 0))[1] == 2:
        return "lambda_handler"
    if functions.get("handler", (0, 0))[1] == 2 and "lambda" in name_parts(path):
        return "handler"
    return None


def demos(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Yield `demo_app` for every Streamlit, Gradio or Dash application that applies a model."""
    query = (
        "SELECT path, MIN(line), root FROM import"
        f" WHERE cell IS NULL AND root IN ({','.join('?' * len(_DEMOS))})"
        " GROUP BY path, root ORDER BY path, root"
    )
    told: set[str] = set()
    for path, line, root in connection.execute(query, sorted(_DEMOS)).fetchall():
        if not known.written(path) or path in told:
            continue
        deed = reached.first(_APPLYING, Unit(path, ""))
        if deed is None:
            continue
        told.add(path)
        here = deed.unit.path == path
        site = (
            Site(path, deed.cell, deed.line, deed.unit.scope)
            if here
            else Site(path, None, line, "")
        )
        yield idiom(site, "demo_app", f"{root} application {path}", confidence="medium")
