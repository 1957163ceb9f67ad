"""Tables on a terminal."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_table(
    names: Sequence[str], rows: Iterable[Sequence[Any]], *, whole: Sequence[str] = ()
) -> None:
    """Print a table to stdout; every cell is shown as it is, with nothing in it interpreted.

    Columns named in ``whole`` are not broken over lines.
    """
    from rich.table import Table
    from rich.text import Text

    from mlops_audit.reports.console import make_console
    from mlops_audit.text import visible

    table = Table()
    for name in names:
        table.add_column(Text(visible(name)), overflow="fold", no_wrap=name in whole)
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    make_console(sys.stdout, os.environ).print(table, soft_wrap=False)
