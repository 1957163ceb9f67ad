"""The ratchet: what is mended leaves the baseline, so that it cannot come back unnoticed."""

import os
from pathlib import Path

from mlops_audit.assessment.baseline import mended, render, shrunk
from mlops_audit.assessment.model import Audit
from mlops_audit.assessment.snapshot import is_baseline, named, parse
from mlops_audit.errors import AuditError
from mlops_audit.options import AuditOptions
from mlops_audit.reports.words import plural
from mlops_audit.terms import baseline_file, declared


def tighten(path: Path, options: AuditOptions, audit: Audit, wanted: bool | None) -> list[str]:
    """Take mended findings out of the baseline file; return what to tell about it.

    A run that judges a part only (one project, another revision) proves nothing about the rest. It
    is only told in CI, where nobody would commit the file, and while there is something new: what
    is new may hide what it stands beside, which then comes back when the new is mended.
    """
    gone = mended(audit)
    if audit.baseline is None or not gone:
        return []
    if options.rev is not None or options.project is not None:
        return []
    told = (
        f"{plural(len(gone), 'finding')} of {audit.baseline.against} mended;"
        " `mlops-audit baseline --prune` takes them out."
    )
    configuration = declared(path, options)
    if wanted is None:
        wanted = configuration.ratchet
    if wanted is None:
        wanted = not os.environ.get("CI")
    file = baseline_file(path, options, configuration)
    if not wanted or file is None or audit.baseline.new:
        return [told]
    try:
        content = file.read_bytes()
        if not is_baseline(content):
            return [told]
        write(file, content, {item.fingerprint for item in gone})
    except (AuditError, OSError):
        # The audit is done; a baseline that cannot be written is no reason to fail it.
        return [told]
    return [f"{plural(len(gone), 'finding')} mended and taken out of {named(file)}: commit it."]


def write(file: Path, content: bytes, gone: set[str]) -> None:
    """Write a baseline file again without some of its findings."""
    from mlops_audit.reports.write import write_atomic

    snapshot = parse(content, named(file), again="mlops-audit baseline")
    write_atomic(file, render(shrunk(snapshot, gone)))
