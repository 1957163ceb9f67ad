"""Configuration: what `mlops-audit.toml` or `[tool.mlops-audit]` may say, read and checked."""

from mlops_audit.config.environment import with_environment
from mlops_audit.config.load import config_file, repository_config
from mlops_audit.config.model import Configuration, Statement

__all__ = ["Configuration", "Statement", "config_file", "repository_config", "with_environment"]
