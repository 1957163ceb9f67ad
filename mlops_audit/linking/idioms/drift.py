"""Drift that is computed by hand, and retraining that depends on it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: Statistics that compare two samples.
_STATISTICS = words(
    """
    ks_2samp kstest chi2_contingency chisquare wasserstein_distance energy_distance jensenshannon
    anderson_ksamp cramervonmises_2samp epps_singleton_2samp mannwhitneyu entropy kl_div rel_entr
    ttest_ind
    """
)
_STABILITY = words("psi csi")
_REFERENCE = words(
    "reference ref baseline base train training expected historical history old past original"
)
_CURRENT = words(
    """
    current cur curr production prod live actual new recent latest incoming serving inference
    today window batch serve
    """
)
_DRIFT = words("drift drifted psi stability drifts")
_LEARNING = words("train tune run_pipeline trigger_run")
#: Words that make a retraining a finding.
_NEEDED = words("should needed needs need required triggered trigger recommended decision")
#: Ways to start something that is not in this repository.
_STARTERS = (
    "subprocess.",
    "os.system",
    "requests.post",
    "httpx.post",
    "builtins.exec",
)


def drift_checks(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `monitor_drift` for statistics of a reference and of current data."""
    arguments: dict[tuple[str, int], list[str]] = defaultdict(list)
    wanted = sorted(_STATISTICS)
    chosen = (
        f"(c.method IN ({','.join('?' * len(wanted))}) OR c.method LIKE '%psi%'"
        " OR c.method LIKE '%stability_index%')"
    )
    query = (
        "SELECT a.path, a.call, a.keyword, a.value FROM call c JOIN call_argument a"
        f" ON a.path = c.path AND a.call = c.id WHERE {chosen} AND a.value IS NOT NULL"
        " AND a.kind IN ('name', 'other', 'call') ORDER BY a.path, a.call, a.position"
    )
    for path, call, keyword, value in connection.execute(query, wanted):
        arguments[path, call].append(f"{keyword or ''} {value}")
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.name, c.method, c.target FROM call c"
        f" WHERE {chosen} ORDER BY c.path, c.id"
    )
    done: set[tuple[str, str]] = set()
    for path, cell, line, scope, call, name, method, target in connection.execute(query, wanted):
        if not known.written(path) or (path, scope) in done:
            continue
        stability = bool(set(name_parts(method)) & _STABILITY) or "stability_index" in method
        if not stability and not target.startswith(("scipy.", "?.", "numpy.")):
            continue
        if not stability and method not in _STATISTICS:
            continue
        said = [set(name_parts(value)) for value in arguments[path, call]]
        compared = any(one & _REFERENCE for one in said) and any(one & _CURRENT for one in said)
        about = set(name_parts(f"{path} {scope}")) & _DRIFT
        if not compared and (not about or len(said) < 2):
            continue
        if set(name_parts(scope)) & _STABILITY and stability:
            # The function calls itself or a part of itself; who calls it compares.
            continue
        done.add((path, scope))
        yield idiom(
            Site(path, cell, line, scope),
            "monitor_drift",
            f"{name}()",
            call=call,
            confidence="high" if compared and (about or stability) else "medium",
        )


def drift_decisions(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield `trigger_run` where drift decides whether a model is trained again."""
    query = (
        "SELECT path, cell, line, end_line, scope, names, operators, calls FROM condition"
        " WHERE kind = 'if' AND (names LIKE '%drift%' OR names LIKE '%psi%'"
        " OR names LIKE '%retrain%') ORDER BY path, cell, line"
    )
    for path, cell, line, end_line, scope, names, operators, calls in connection.execute(query):
        if not known.written(path) or not _is_about_drift(names.split(), operators.split()):
            continue
        unit = Unit(path, scope)
        trains = reached.does_within(_LEARNING, unit, cell, line, end_line or line)
        if trains or any(_starts(call) for call in calls.split()):
            yield idiom(
                Site(path, cell, line, scope),
                "trigger_run",
                "drift",
                confidence="high" if trains else "medium",
            )


def _is_about_drift(names: list[str], operators: list[str]) -> bool:
    """Tell a finding from a person's wish: `--retrain`, or a command that is called drift."""
    if {"args", "argv", "arguments", "opts", "options", "flags"} & set(names):
        return False
    if {"==", "!=", "in"} & set(operators) and {"drift", "retrain", "psi"} & set(names):
        return False
    for name in names:
        parts = set(name_parts(name))
        if parts & _DRIFT or (parts & {"retrain", "retraining"} and parts & _NEEDED):
            return True
    return False


def _starts(call: str) -> bool:
    last = call.rpartition(".")[2]
    return call.startswith(_STARTERS) or bool(
        set(name_parts(last)) & {"retrain", "retraining", "dispatch", "trigger"}
    )
