"""Fixed randomness that no call of a known library gives away."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: Helpers that course and research code hands around; the repository's own are followed as calls.
_HELPERS = words(
    """
    seed_everything set_seed set_seeds set_random_seed set_random_seeds set_all_seeds
    set_global_seed seed_all seed_torch setup_seed fix_seed fix_seeds fix_random_seed
    fix_random_seeds fix_all_seeds same_seed same_seeds init_seed init_seeds manual_seed_all
    seed_everywhere
    """
)
_KEYWORDS = words("seed random_state random_seed rng_seed data_seed")
#: Arguments that are a seed, as far as they are written down; None fixes nothing.
_GIVEN = words("number name call other fstring string")
#: What a seed of such a call does not fix: the world that a test or a user interface shows.
_ELSEWHERE = words("faker hypothesis pytest secrets uuid")
_SWITCHES = {
    "torch.backends.cudnn.deterministic": "True",
    "cudnn.deterministic": "True",
    "backends.cudnn.deterministic": "True",
    "os.environ['TF_DETERMINISTIC_OPS']": "1",
    "environ['TF_DETERMINISTIC_OPS']": "1",
    "os.environ['TF_CUDNN_DETERMINISTIC']": "1",
    "os.environ['CUBLAS_WORKSPACE_CONFIG']": None,
}


def seeds(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `seed` for arguments and helpers that fix randomness."""
    yield from _keywords(connection, known)
    yield from _helpers(connection, known)


def switches(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `deterministic` for switches that are set by assignment."""
    query = (
        "SELECT path, cell, line, scope, replace(name, '\"', ''''), kind, value FROM assignment"
        " WHERE name LIKE '%deterministic' OR name LIKE '%environ[%'"
        " ORDER BY path, cell, line"
    )
    for path, cell, line, scope, name, kind, value in connection.execute(query):
        if path not in known.roles or name not in _SWITCHES:
            continue
        wanted = _SWITCHES[name]
        if (value == wanted) if wanted is not None else kind == "string":
            yield idiom(Site(path, cell, line, scope), "deterministic", f"{name} = {value}")


def _keywords(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    learning = _learning_imports(connection)
    query = (
        "SELECT c.path, c.id, c.cell, c.line, c.scope, c.target, c.name, a.keyword, a.kind, a.value"
        " FROM call_argument a JOIN call c ON c.path = a.path AND c.id = a.call"
        f" WHERE a.keyword IN ({','.join('?' * len(_KEYWORDS))}) ORDER BY c.path, c.id"
    )
    for path, call, cell, line, scope, target, name, keyword, kind, value in connection.execute(
        query, sorted(_KEYWORDS)
    ):
        if path not in known.roles or kind not in _GIVEN or "seed" in known.of_call(path, call):
            continue
        root = target.partition(".")[0]
        if root not in learning or root in _ELSEWHERE:
            continue
        shown = f"{name}({keyword}={value})" if value else f"{name}({keyword}=…)"
        yield idiom(Site(path, cell, line, scope), "seed", shown, call=call)


def _learning_imports(connection: sqlite3.Connection) -> set[str]:
    """Return the first parts of imports that belong to machine learning."""
    query = (
        "SELECT DISTINCT detail FROM technology_use WHERE via = 'imported' AND category IN"
        " ('training', 'tuning', 'distributed', 'orchestration', 'explainability')"
    )
    return {detail.partition(".")[0] for (detail,) in connection.execute(query)}


def _helpers(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    query = (
        "SELECT path, id, cell, line, scope, target, name FROM call"
        f" WHERE method IN ({','.join('?' * len(_HELPERS))}) ORDER BY path, id"
    )
    own = {
        name
        for (name,) in connection.execute("SELECT DISTINCT qualname FROM definition")
        if name in _HELPERS
    }
    for path, call, cell, line, scope, target, name in connection.execute(query, sorted(_HELPERS)):
        if path not in known.roles or "seed" in known.of_call(path, call):
            continue
        if target.rpartition(".")[2] in own:
            # What the repository's own helper does is seen inside it.
            continue
        yield idiom(
            Site(path, cell, line, scope), "seed", f"{name}()", call=call, confidence="medium"
        )
