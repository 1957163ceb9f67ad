"""Stores of runs outside of the repository, read only because the user names them.

Nothing but addresses is reached unless one was given on the command line: what reads them is
imported from `tracking.read` when there is something to read.
"""

from mlops_audit.tracking.address import Address, parse_address

__all__ = ["Address", "parse_address"]
