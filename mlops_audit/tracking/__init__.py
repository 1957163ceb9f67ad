"""Stores of runs outside of the repository, read only because the user names them.

Nothing here is reached unless a tracking address was given on the command line.
"""

from mlops_audit.tracking.address import Address, parse_address
from mlops_audit.tracking.read import add_tracking_stores

__all__ = ["Address", "add_tracking_stores", "parse_address"]
