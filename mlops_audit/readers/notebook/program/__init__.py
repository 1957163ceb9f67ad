"""Notebooks as programs: names whose meaning depends on the order in which cells run."""

from mlops_audit.readers.notebook.program.cells import Program

__all__ = ["Program"]
