"""mlops-audit: audits a machine-learning repository without executing any of it."""

__version__ = "0.1.0"
