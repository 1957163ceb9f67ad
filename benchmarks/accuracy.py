"""Compare verdicts with labels that people made by reading.

`make accuracy CORPUS=DIR LABELS=FILE`: DIR holds one checkout a repository, named `owner+name`,
`owner__name`, `owner/name` or `name`; FILE is a list of
`{repo, commit, kind, practices: {label: {verdict, strength, where, why}}}`, with
`label-map.json` (label → practice ids) beside it. Labels are read here only, never by the product.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mlops_audit.assessment.model import Audit, Practice
from mlops_audit.audit import AuditOptions, audit
from mlops_audit.errors import AuditError

#: Best first: the best verdict of several practices answers a label.
RANK = ("met", "partial", "contradicted", "unmet", "unknown", "not-due", "not-applicable")
#: Practices that are judged from code where no run log is committed.
FROM_CODE = ("metrics-for-every-run", "run-linked-to-commit", "run-inputs-captured")
PROHIBITIONS = ("no-secrets-committed", "no-hardcoded-local-paths")


@dataclass(frozen=True)
class Row:
    """One label of one repository beside what the tool says."""

    repo: str
    label: str
    expected: str
    got: str
    agrees: bool
    where: str
    why: str
    reason: str
    evidence: str


def answer(practices: list[Practice], label: str) -> tuple[str, Practice]:
    """Return the tool's answer to a label in the label's words, and the practice that gives it."""
    best = min(practices, key=lambda item: RANK.index(item.status))
    if label in PROHIBITIONS:
        words = {"met": "present", "partial": "partial", "contradicted": "partial"}
    else:
        words = {"met": "present", "partial": "present", "contradicted": "partial"}
    if best.status == "not-applicable":
        return "n/a", best
    if best.status == "not-due":
        return "not-due", best
    return words.get(best.status, "absent"), best


def agree(expected: str, got: str, label: str) -> bool:
    """Tell whether answer and label agree, by the rules of the labels' own documentation."""
    if got == "not-due":
        return expected in ("absent", "n/a")
    if label in PROHIBITIONS:
        # A weak default credential or a debatable path: either side of partial is defensible.
        return expected == got or (expected == "partial" and got in ("present", "absent"))
    if got in ("present", "partial"):
        return expected in ("present", "partial")
    return expected == got


def compare(result: Audit, labels: dict[str, Any], mapping: dict[str, list[str]]) -> list[Row]:
    """Compare one audit with the labels of its repository."""
    by_id = {item.id: item for item in result.practices}
    rows = []
    for label, ids in mapping.items():
        if label not in labels["practices"]:
            continue
        said = labels["practices"][label]
        got, practice = answer([by_id[name] for name in ids], label)
        places = [f"{e.path}:{e.line}" for e in practice.evidence[:3]]
        found = [f for f in result.findings if f.fingerprint in practice.findings]
        places += [f"-{f.path}:{f.line}" for f in found[:3]]
        rows.append(
            Row(
                repo=labels["repo"],
                label=label,
                expected=said["verdict"],
                got=got,
                agrees=agree(said["verdict"], got, label),
                where=str(said.get("where") or ""),
                why=str(said.get("why") or ""),
                reason=f"{practice.status}: {practice.reason}",
                evidence=" ".join(places),
            )
        )
    return rows


def checkout_of(corpus: Path, repo: str) -> Path | None:
    """Find the checkout of a repository."""
    owner, _, name = repo.partition("/")
    for candidate in (f"{owner}+{name}", f"{owner}__{name}", repo, name):
        if (corpus / candidate).is_dir():
            return corpus / candidate
    return None


def judge(job: tuple[Path, dict[str, Any], dict[str, list[str]]]) -> tuple[str, list[Row], str]:
    """Audit one checkout and compare; the last part is a one-line summary."""
    path, labels, mapping = job
    started = time.perf_counter()
    try:
        result = audit(path, AuditOptions(cache=False, jobs=1))
    except AuditError as error:
        return labels["repo"], [], f"could not be audited: {error}"
    seconds = time.perf_counter() - started
    kind = result.repository.kind
    mark = "" if kind == labels["kind"] else f" (label: {labels['kind']})"
    summary = (
        f"{kind}{mark}, level {result.maturity.level}, score {result.maturity.score},"
        f" {len(result.findings)} findings, {seconds:.2f} s"
    )
    return labels["repo"], compare(result, labels, mapping), summary


def kappa(pairs: "pd.DataFrame") -> float:
    """Cohen's kappa over present / absent / n/a (Cohen 1960)."""
    if pairs.empty:
        return float("nan")
    observed = float((pairs["a"] == pairs["b"]).mean())
    chance = sum(
        float((pairs["a"] == name).mean()) * float((pairs["b"] == name).mean())
        for name in set(pairs["a"]) | set(pairs["b"])
    )
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def figures(rows: "pd.DataFrame") -> dict[str, float | int]:
    """Agreement, precision and recall of *there* (present or partial), and kappa."""
    positive = rows["expected"].isin(["present", "partial"])
    claimed = rows["got"].isin(["present", "partial"])
    prohibited = rows["label"].isin(PROHIBITIONS)
    hit = (positive & claimed & rows["agrees"]).sum()
    false = (claimed & ~rows["agrees"]).sum()
    missed = (positive & ~claimed & ~(prohibited & rows["agrees"])).sum()
    settled = rows["got"].where(~rows["agrees"], rows["expected"])
    simple = {"partial": "present", "not-due": "absent"}
    pairs = pd.DataFrame({"a": rows["expected"].replace(simple), "b": settled.replace(simple)})
    return {
        "n": len(rows),
        "agreement": round(float(rows["agrees"].mean()), 3),
        "precision": round(hit / (hit + false), 3) if hit + false else float("nan"),
        "recall": round(hit / (hit + missed), 3) if hit + missed else float("nan"),
        "kappa": round(kappa(pairs), 3),
    }


def main() -> int:
    """Print the comparison; exit with 2 if nothing could be compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--map", type=Path, help="default: label-map.json beside the labels")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    try:
        labels = json.loads(arguments.labels.read_text("utf-8"))
        beside = arguments.labels.with_name("label-map.json")
        mapping = json.loads((arguments.map or beside).read_text("utf-8"))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"accuracy: {error}\n")
        return 2
    jobs = []
    for item in labels:
        path = checkout_of(arguments.corpus, item["repo"])
        if path is None:
            sys.stderr.write(f"no checkout of {item['repo']} in {arguments.corpus}\n")
            continue
        jobs.append((path, item, mapping))
    if not jobs:
        sys.stderr.write("accuracy: nothing to compare; clone the labelled repositories first\n")
        return 2
    found: list[Row] = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for repo, rows, summary in pool.map(judge, jobs):
            sys.stdout.write(f"{repo:60} {summary}\n")
            found += rows
    if not found:
        sys.stderr.write("accuracy: no repository could be audited\n")
        return 2
    table = pd.DataFrame([vars(row) for row in found])
    per_label = pd.DataFrame(
        {label: figures(part) for label, part in table.groupby("label", sort=True)}
    ).T
    per_label["n"] = per_label["n"].astype(int)
    sys.stdout.write("\n" + per_label.to_string() + "\n")
    sys.stdout.write(f"\noverall {figures(table)}\n\nDisagreements\n")
    for row in table[~table["agrees"]].itertuples():
        sys.stdout.write(
            f"{row.repo} {row.label}: label {row.expected} ({row.where}: {row.why});"
            f" tool {row.got} ({row.reason}) {row.evidence}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
