"""Linking: from what single files say to what the repository does."""

from mlops_audit.linking.link import Overrides, link

__all__ = ["Overrides", "link"]
