"""Readers of infrastructure declared as code: Terraform and Bicep."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.infrastructure import bicep, terraform

READERS: tuple[Reader, ...] = (bicep.READER, terraform.READER)
