"""Builds audits that look like real ones, to develop and test the reports with."""

import dataclasses
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from mlops_audit.assessment.model import (
    REPORT_SCHEMA_VERSION,
    Audit,
    Evidence,
    Excerpt,
    Finding,
    Gate,
    Maturity,
    Phase,
    Practice,
    ProjectSummary,
    RepositorySummary,
    RoadmapStep,
    RuleResult,
    Suppression,
)

LIFECYCLE = Path(__file__).parents[2] / "rules" / "lifecycle.yaml"

STATUSES = {
    "problem-charter": "met",
    "go-no-go-decision": "unmet",
    "eda-on-real-data": "met",
    "metrics-for-every-run": "partial",
    "run-linked-to-commit": "contradicted",
    "unit-tests": "met",
    "seeds-fixed": "unmet",
    "dependencies-pinned": "partial",
    "no-secrets": "contradicted",
    "code-review": "unknown",
    "data-access-rbac": "unknown",
    "staging-and-production": "unknown",
    "feature-parity": "not-applicable",
    "production-data-replica": "not-applicable",
    "data-profile-drift-monitoring": "unmet",
    "model-drift-monitoring": "unmet",
    "triggered-retraining": "not-due",
    "staleness-known": "not-due",
}
CYCLE = ("met", "met", "unmet", "partial", "met")

TRAIN = """import mlflow
from sklearn.ensemble import GradientBoostingRegressor


def train(frame: "pd.DataFrame") -> None:
    # the target is demand per store and day
    model = GradientBoostingRegressor(n_estimators=400)
    model.fit(frame.drop(columns=["demand"]), frame["demand"])
    joblib.dump(model, "model.pkl")"""
PIPELINE = """on:
  schedule:
    - cron: "0 4 * * 1"  # every Monday
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: dvc repro"""
PATHS = (
    "src/forecast/train.py",
    "src/forecast/features/build.py",
    "notebooks/01-explore.ipynb",
    "pipelines/training.yml",
    "src/forecast/serve/app.py",
)


def excerpt(line: int, text: str = TRAIN, language: str = "python") -> Excerpt:
    """Return an excerpt that starts at the line."""
    return Excerpt(language=language, first_line=line, lines=tuple(text.split("\n")))


def finding(practice: dict[str, Any], number: int, **changes: Any) -> Finding:
    """Return a finding of a practice."""
    path = PATHS[number % len(PATHS)]
    line = 5 + number % 400
    values: dict[str, Any] = {
        "rule": f"{practice['id']}-missing",
        "name": f"{practice['title']} is not done everywhere",
        "practice": practice["id"],
        "phase": practice["phase"],
        "severity": ("warning", "error", "note")[len(practice["id"]) % 3],
        "message": f"`model.fit` at step {number} is not covered by {practice['title'].lower()}",
        "path": path,
        "line": line,
        "end_line": line,
        "column": 5,
        "cell": 3 if path.endswith(".ipynb") else None,
        "fingerprint": sha256(f"{practice['id']}{number}".encode()).hexdigest()[:20],
        "effort": "minutes",
        "remediation": (
            "Start with **one** entry point:\n\n```python\nmlflow.autolog()\n```\n\n"
            "- then log the data version with `mlflow.log_input`\n"
            "- see [the guide](https://mlflow.org/docs/latest)"
        ),
        "snippet": (
            excerpt(line - 3, PIPELINE, "yaml") if path.endswith(".yml") else excerpt(line - 3)
        ),
    }
    return Finding(**{**values, **changes})


def evidence(practice: dict[str, Any], strength: str) -> tuple[Evidence, ...]:
    """Return three pieces of evidence for a practice."""
    found = []
    for number, path in enumerate(PATHS[:3]):
        found.append(
            Evidence(
                rule=f"{practice['id']}-missing",
                path=path,
                line=12 + number,
                cell=2 if path.endswith(".ipynb") else None,
                message=f"{practice['title']} shows in `{path.rsplit('/', 1)[-1]}`",
                strength=strength,
                snippet=excerpt(10) if number == 0 else None,
            )
        )
    return tuple(found)


def build(
    *, findings_per_rule: int = 3, remote: str | None = "git@github.com:acme/demand.git"
) -> Audit:
    """Return a full audit of an imaginary production repository."""
    model = yaml.safe_load(LIFECYCLE.read_text(encoding="utf-8"))
    practices: list[Practice] = []
    findings: list[Finding] = []
    results: list[RuleResult] = []
    for index, item in enumerate(model["practices"]):
        status = STATUSES.get(item["id"], CYCLE[index % len(CYCLE)])
        needs = item["needs"]
        strengths = {
            "met": tuple(dict.fromkeys(("documented", needs, "automated"))),
            "partial": ("documented", "implemented"),
            "contradicted": ("implemented",),
        }.get(status, ())
        complaints = (
            [finding(item, number) for number in range(findings_per_rule)]
            if status in ("unmet", "partial", "contradicted")
            else []
        )
        if complaints and item["id"] == "seeds-fixed":
            complaints[0] = dataclasses.replace(
                complaints[0],
                suppressed=Suppression(by="inline", reason="the demo needs fresh noise"),
            )
        findings += complaints
        practices.append(
            Practice(
                id=item["id"],
                phase=item["phase"],
                group=item.get("group"),
                title=item["title"],
                statement=item["statement"],
                status=status,
                reason={
                    "met": "37 of 37 training entry points do it",
                    "partial": "31 of 40 recorded runs carry a metric",
                    "unmet": "nothing in code, configuration or run logs shows it",
                    "contradicted": "3 runs name a commit that is not in this repository",
                    "unknown": "branch protection is set at the forge, not in the repository",
                    "not-due": "due from level 4, and the target is level 3",
                    "not-applicable": "nothing is served online",
                }[status],
                strength=strengths[-1] if strengths else None,
                strengths=strengths,
                required_strength=needs,
                role=item["role"],
                level=item["level"],
                basis=item["basis"],
                rules=(f"{item['id']}-missing",),
                evidence=evidence(item, strengths[-1]) if strengths else (),
                evidence_total=12 if strengths else 0,
                findings=tuple(entry.fingerprint for entry in complaints),
                frameworks=item.get("frameworks", {}),
            )
        )
        results.append(
            RuleResult(
                rule=f"{item['id']}-missing",
                title=item["title"],
                phase=item["phase"],
                practice=item["id"],
                status="fail" if complaints else "pass" if status == "met" else "unknown",
                severity="warning",
                judged=37,
                total=40,
                reason="37 of 40 places judged",
                findings=tuple(entry.fingerprint for entry in complaints),
                evidence=3,
            )
        )
    return Audit(
        schema_version=REPORT_SCHEMA_VERSION,
        tool={
            "name": "mlops-audit",
            "version": "0.1.0",
            "ruleset": "9f2c1ab04d3e",
            "url": "https://example.org/mlops-audit",
        },
        generated_at="2026-01-31T08:00:00+00:00",
        repository=repository(remote),
        maturity=maturity(practices),
        phases=phases(model, practices),
        practices=tuple(practices),
        results=tuple(results),
        findings=tuple(findings),
        runs=runs(),
        automation=automation(),
        roadmap=roadmap(practices),
        gate=Gate(passed=False, reasons=("1 open finding of the gate practice no-secrets",)),
        diagnostics=(
            {
                "path": "legacy/train_old.py",
                "line": 14,
                "reader": "python",
                "problem": "Python 2 source; read by the tolerant parser",
                "lost": False,
            },
            {
                "path": "data/big.ipynb",
                "line": None,
                "reader": "notebook",
                "problem": "larger than 50 MB",
                "lost": True,
            },
        ),
        stats={
            "files": 214,
            "bytes": 1_820_000,
            "seconds": {"read": 0.61, "link": 0.08, "judge": 0.12},
            "cache_hits": 190,
        },
    )


def repository(remote: str | None) -> RepositorySummary:
    """Return what was audited."""
    return RepositorySummary(
        name="demand-forecast",
        revision="4f1c2d3e4a5b6c7d8e9f00112233445566778899",
        branch="main",
        dirty=True,
        remote_url=remote,
        kind="production",
        kind_reason="a workflow deploys what `dvc repro` trains",
        traits=(
            {
                "name": "trains",
                "reason": "fit calls on reachable paths",
                "path": "src/forecast/train.py",
                "line": 8,
            },
        ),
        projects=(
            ProjectSummary(
                root="",
                name="demand-forecast",
                kind="production",
                level=1,
                score=58,
                files=180,
                evidence="pyproject.toml",
                phases={"exploration": 1, "experimentation": 1, "deployment": 2, "monitoring": 0},
            ),
            ProjectSummary(
                root="services/pricing",
                name="pricing",
                kind="library",
                level=None,
                score=None,
                files=34,
                evidence="services/pricing/pyproject.toml",
                phases={"experimentation": 1},
            ),
        ),
        files=214,
        zones={"development": 80, "exploration": 22, "production": 40, "test": 60, "docs": 12},
        technologies=(
            tech("mlflow", "MLflow", "tracking", 14),
            tech("dvc", "DVC", "data-versioning", 6),
            tech("fastapi", "FastAPI", "serving", 3),
            tech("pytest", "pytest", "testing", 60),
        ),
        unread=1,
    )


def tech(name: str, title: str, category: str, places: int) -> dict[str, Any]:
    """Return one technology found."""
    return {
        "id": name,
        "title": title,
        "category": category,
        "via": ["declared", "called"],
        "places": places,
        "path": "src/forecast/train.py",
        "line": 3,
    }


def maturity(practices: list[Practice]) -> Maturity:
    """Return level 1, held back by what is not met at level 2."""
    held = tuple(
        item.id for item in practices if item.level <= 2 and item.status in ("unmet", "partial")
    )
    return Maturity(
        level=1,
        level_range=(1, 2),
        level_name="DevOps but no MLOps",
        claimed=3,
        proven=0,
        score=58,
        score_range=(52, 66),
        blocked=True,
        blocked_by=("no-secrets",),
        held_back_by=held[:6],
        summary="Code is built and tested on every change, but not every training run is recorded.",
    )


def phases(model: dict[str, Any], practices: list[Practice]) -> tuple[Phase, ...]:
    """Return the six phases."""
    levels = {
        "foundations": (1, (1, 2), 55),
        "exploration": (1, (1, 1), 80),
        "experimentation": (1, (1, 1), 62),
        "deployment": (2, (2, 3), 71),
        "monitoring": (1, (1, 1), 34),
        "retraining": (2, (2, 2), 48),
    }
    found = []
    for item in model["phases"]:
        inside = [practice for practice in practices if practice.phase == item["id"]]
        level, bounds, score = levels[item["id"]]
        counts: dict[str, int] = {}
        for practice in inside:
            counts[practice.status] = counts.get(practice.status, 0) + 1
        groups: tuple[dict[str, Any], ...] = ()
        if item["id"] == "foundations":
            groups = tuple(
                {
                    "id": group["id"],
                    "title": group["title"],
                    "level": 1 + number % 2,
                    "practices": [p.id for p in inside if p.group == group["id"]],
                }
                for number, group in enumerate(model["groups"])
            )
        found.append(
            Phase(
                id=item["id"],
                title=item["title"],
                due=True,
                score=score,
                score_range=(score - 6, score + 8),
                level=level,
                level_range=bounds,
                blocked_by=tuple(
                    p.id for p in inside if p.status in ("unmet", "partial", "contradicted")
                )[:4],
                counts=counts,
                practices=tuple(p.id for p in inside),
                groups=groups,
            )
        )
    return tuple(found)


def roadmap(practices: list[Practice]) -> tuple[RoadmapStep, ...]:
    """Return a step for each of the first practices that are not met."""
    open_ones = [item for item in practices if item.status in ("contradicted", "unmet", "partial")]
    return tuple(
        RoadmapStep(
            position=number,
            practice=item.id,
            phase=item.phase,
            title=item.title,
            lifts_to=max(item.level, 1),
            gain=f"lifts {item.phase} to level {max(item.level, 1)}",
            effort=("minutes", "hours", "days")[number % 3],
            first_step="Call `mlflow.autolog()` before `model.fit`",
            rule=f"{item.id}-missing",
            path=PATHS[number % len(PATHS)],
            line=8,
        )
        for number, item in enumerate(open_ones[:9], start=1)
    )


def runs() -> dict[str, Any]:
    """Return run logs of two stores."""
    return {
        "stores": [
            {"path": "mlruns", "kind": "mlflow-files", "runs": 40},
            {"path": "lightning_logs", "kind": "lightning", "runs": 4},
        ],
        "runs": [
            {
                "store": "mlruns",
                "run": f"{number:032x}",
                "experiment": "demand",
                "name": f"gbm-{number}",
                "status": "finished",
                "started_at": 1_760_000_000 + number * 86_400,
                "source": "src/forecast/train.py",
                "commit_sha": "4f1c2d3e4a5b6c7d8e9f00112233445566778899",
                "metrics": 3,
            }
            for number in range(6)
        ],
        "coverage": {"runs": 44, "with_metrics": 31, "with_commit": 38, "with_parameters": 44},
        "traceability": [
            {"model": "demand", "version": "7", "run": "gbm-3", "commit": "4f1c2d3", "data": None}
        ],
    }


def automation() -> dict[str, Any]:
    """Return a small automation graph with an unresolved end and a cycle."""
    nodes = [
        ("t1", "trigger", "schedule 0 4 * * 1", ".github/workflows/train.yml", 3),
        ("j1", "job", "train", ".github/workflows/train.yml", 8),
        ("c1", "command", "dvc repro", ".github/workflows/train.yml", 14),
        ("s1", "stage", "fit", "dvc.yaml", 9),
        ("f1", "function", "train", "src/forecast/train.py", 5),
        ("a1", "action", "train", "src/forecast/train.py", 8),
        ("a2", "action", "log_metric", "src/forecast/train.py", 11),
        ("t2", "trigger", "push", ".github/workflows/ci.yml", 2),
        ("j2", "job", "test", ".github/workflows/ci.yml", 6),
        ("c2", "command", "make missing-target", ".github/workflows/ci.yml", 12),
    ]
    edges = [
        ("t1", "j1", "starts", True),
        ("j1", "c1", "runs", True),
        ("c1", "s1", "runs", True),
        ("s1", "f1", "calls", True),
        ("f1", "a1", "does", True),
        ("f1", "a2", "does", True),
        ("f1", "s1", "calls", True),
        ("t2", "j2", "starts", True),
        ("j2", "c2", "runs", False),
    ]
    return {
        "nodes": [
            dict(zip(("id", "kind", "label", "path", "line"), node, strict=True)) for node in nodes
        ],
        "edges": [
            {"source": a, "target": b, "kind": kind, "resolved": ok, "confidence": "high"}
            for a, b, kind, ok in edges
        ],
    }


HOSTILE = (
    '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">'
    "{{ 7*7 }}{% raw %}[bold red]x[/]\x1b[31m\x1b]8;;http://evil\x07\u202egnp\x00\udcff\"'`\n::error::x"
)


def hostile() -> Audit:
    """Return an audit in which every string that comes from a repository attacks the report."""
    audit = build(findings_per_rule=1)
    path = f"src/{HOSTILE}.py"
    return dataclasses.replace(
        audit,
        repository=dataclasses.replace(
            audit.repository,
            name=HOSTILE,
            branch=HOSTILE,
            kind_reason=HOSTILE,
            remote_url="javascript:alert(1)//github.com/" + HOSTILE,
            technologies=({**tech("x", HOSTILE, HOSTILE, 1), "path": path},),
        ),
        maturity=dataclasses.replace(audit.maturity, summary=HOSTILE),
        practices=tuple(
            dataclasses.replace(
                item,
                reason=HOSTILE,
                evidence=tuple(
                    dataclasses.replace(
                        entry, path=path, message=HOSTILE, snippet=excerpt(1, HOSTILE)
                    )
                    for entry in item.evidence
                ),
            )
            for item in audit.practices
        ),
        findings=tuple(
            dataclasses.replace(
                item,
                message=HOSTILE,
                path=path,
                remediation=f"{HOSTILE}\n\n[x](javascript:alert(1)) [y](data:text/html,x)",
                snippet=excerpt(1, HOSTILE, HOSTILE),
            )
            for item in audit.findings
        ),
        roadmap=tuple(
            dataclasses.replace(item, first_step=HOSTILE, path=path) for item in audit.roadmap
        ),
        diagnostics=(
            {"path": path, "line": 1, "reader": HOSTILE, "problem": HOSTILE, "lost": True},
        ),
        runs={
            "stores": [{"path": HOSTILE, "kind": HOSTILE, "runs": 1}],
            "runs": [],
            HOSTILE: HOSTILE,
        },
        automation=hostile_automation(path),
        stats={HOSTILE: {HOSTILE: HOSTILE}},
    )


def hostile_automation(path: str) -> dict[str, Any]:
    """Return a graph in which every label attacks the report."""
    graph = automation()
    for node in graph["nodes"]:
        node |= {"label": HOSTILE, "path": path, "detail": HOSTILE}
    return graph
