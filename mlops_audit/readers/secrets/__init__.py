"""Reader of credentials; `mask_text` hides them in whatever else is stored."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.secrets.detect import mask_text
from mlops_audit.readers.secrets.reader import SecretReader

READERS: tuple[Reader, ...] = (SecretReader(),)

__all__ = ["READERS", "mask_text"]
