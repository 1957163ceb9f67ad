"""The automation graph by itself: chosen parts of it as text, Mermaid, DOT or JSON."""

from mlops_audit.reports.graph.dot import dot
from mlops_audit.reports.graph.mermaid import mermaid
from mlops_audit.reports.graph.select import select
from mlops_audit.reports.graph.text import text

__all__ = ["dot", "mermaid", "select", "text"]
