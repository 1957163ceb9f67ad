"""Tables that the linking layer derives from the base tables."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, Line, Path, Scope

Confidence = Annotated[str, "high | medium | low"]


class FileZone(NamedTuple):
    """What one file is for."""

    path: Path
    zone: Annotated[
        str, "exploration | development | production | test | docs | vendored | generated"
    ]
    reason: Annotated[str, "why, in a few words"]


class Trait(NamedTuple):
    """A property of the whole repository (or project) with its reason."""

    name: Annotated[
        str,
        "kind:exploration | kind:experimentation | kind:production | kind:library | kind:non-ml |"
        " trains | serves | batch | hosted-model | template | collection | platform | monorepo |"
        " single-author | has-notebooks | has-ci | …",
    ]
    reason: Annotated[str, "one sentence"]
    path: Annotated[str | None, "where it shows"]
    line: Line


class TechnologyUse(NamedTuple):
    """A place where a technology of the catalogue appears."""

    technology: Annotated[str, "id of the technology file"]
    category: Annotated[str, "its category"]
    path: Path
    cell: CellIndex
    line: Line
    via: Annotated[
        str, "declared | imported | called | base | decorator | command | uses | file | key | image"
    ]
    confidence: Confidence
    detail: Annotated[str, "name that matched"]


class TechnologyFeature(NamedTuple):
    """What a technology of the catalogue brings along by itself, used here or not."""

    technology: Annotated[str, "id of the technology file"]
    feature: Annotated[
        str,
        "model-endpoint (what it deploys answers with a model) | managed-monitoring (its monitors"
        " need no scheduler of one's own) | records-runs (arguments, results of every training) |"
        " records-commit (of the checkout that a run starts from) | keeps-models (with their runs)"
        " | random-weights (models start from random numbers)",
    ]


class Action(NamedTuple):
    """Something that code or a step does."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    action: Annotated[str, "word of the action vocabulary: train, log_metric, deploy, …"]
    technology: Annotated[str, "id of the technology that says so; '' for an idiom"]
    via: Annotated[str, "call | base | decorator | command | uses | key | file | idiom"]
    name: Annotated[str, "the qualified name, command or key that matched"]
    call: Annotated[int | None, "id in `call` when via = call, or a decorator with arguments"]
    confidence: Confidence


class Randomness(NamedTuple):
    """A place that draws random numbers, or that seeds what draws them; one row a source.

    A call that draws with a seed of its own (`random_state=1`) is `used` and `seeded`; one without
    draws from the generator of its `source`, which a `seed` row of the same source may fix.
    """

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    source: Annotated[
        str,
        "generator: python | numpy | torch | torch-cuda | tensorflow | paddle | mxnet (one for the"
        " process) | numpy-generator | python-generator | jax | spark | optuna | hyperopt | xgboost"
        " | lightgbm | catboost (of an object or library) | torch-entropy (drawn from the system) |"
        " cudnn (kernels that are not deterministic) | * (a helper that was not read)",
    ]
    role: Annotated[str, "used | seed"]
    technology: Annotated[str, "id of the technology that says so; '' for an idiom"]
    name: Annotated[str, "the call as written"]
    call: Annotated[int | None, "id in `call`"]
    seeded: Annotated[
        bool | None,
        "1 if a seed is fixed here; 0 if not (no seed, None, the time); NULL if it can't be told",
    ]
    seed_kind: Annotated[
        str | None,
        "literal | configuration | argument | computed | default (of the library) | none | time;"
        " NULL without a seed",
    ]
    seed: Annotated[str | None, "the seed as far as it is written: 42, args.seed"]


class EntryPoint(NamedTuple):
    """A unit that is started from outside the code."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    kind: Annotated[
        str,
        "main_guard | script | notebook | console_script | cli_command | web_route | task | stage |"
        " job | image | test | flow",
    ]
    name: Annotated[str, "how a person would call it"]


class CallEdge(NamedTuple):
    """Code that calls (or imports, and so runs) other code of the repository."""

    path: Path
    scope: Scope
    cell: CellIndex
    line: Line
    target_path: Annotated[str, "path of the callee"]
    target_scope: Annotated[str, "scope of the callee"]
    kind: Annotated[
        str,
        "call | import | inherit | reference (passed as a value) | launch (started as a script,"
        " command or job)",
    ]
    confidence: Confidence


class CommandTarget(NamedTuple):
    """The unit of the repository that a command runs."""

    path: Path
    position: Annotated[int, "index of the command in the file"]
    status: Annotated[
        str,
        "resolved | missing (names a file that is not there) | external (a program that runs"
        " no code of this repository) | unresolved (variables, unknown runner)",
    ]
    target_path: Annotated[str | None, "path it runs"]
    target_scope: Annotated[str | None, "scope it runs"]
    detail: Annotated[str, "what was looked for"]


class EntryReach(NamedTuple):
    """A unit reachable from an entry point (itself included, depth 0)."""

    entry_path: Annotated[str, "path of the entry point"]
    entry_scope: Annotated[str, "scope of the entry point"]
    path: Path
    scope: Scope
    depth: Annotated[int, "edges on the shortest way"]
    confidence: Annotated[str, "lowest confidence on the best way"]


class TriggerReach(NamedTuple):
    """A unit reachable from a trigger."""

    trigger_path: Annotated[str, "file with the trigger"]
    trigger_line: Line
    trigger_scope: Annotated[str, "unit it starts"]
    kind: Annotated[
        str, "kind of the root trigger (chains by `workflow` are followed to their root)"
    ]
    detail: Annotated[str, "cron expression and the like"]
    live: Annotated[bool, "0 if the trigger is dead"]
    path: Path
    scope: Scope
    depth: Annotated[int, "edges on the shortest way"]
    tolerated: Annotated[bool, "1 if every way goes through a step whose failure is ignored"]
    confidence: Annotated[str, "lowest confidence on the best way"]


class Node(NamedTuple):
    """A node of the automation graph as the report draws it."""

    id: Annotated[str, "stable id"]
    kind: Annotated[
        str, "trigger | job | stage | task | command | script | notebook | function | action"
    ]
    label: Annotated[str, "short text"]
    path: Annotated[str | None, "where it is"]
    line: Line
    detail: Annotated[
        str, "of an action what does it (`xgboost`), of a trigger its schedule as written; else ''"
    ]


class Edge(NamedTuple):
    """An edge of the automation graph."""

    source: Annotated[str, "node id"]
    target: Annotated[str, "node id"]
    kind: Annotated[str, "starts | runs | calls | needs | does"]
    resolved: Annotated[bool, "0 if the target is missing or unresolved"]
    confidence: Confidence
