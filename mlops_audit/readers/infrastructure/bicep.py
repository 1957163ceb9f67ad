"""Bicep files as settings.

A resource is a row with its type as value, `resource.vault` with `Microsoft.KeyVault/vaults@…`,
and its properties stand below it: `resource.vault.properties.enableRbacAuthorization`.
"""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import FileReader
from mlops_audit.readers.infrastructure.blocks import Header, Language, settings
from mlops_audit.repository.model import SourceFile

_BLOCK = re.compile(
    r"(?P<block>resource|module)[ \t]+(?P<symbol>[A-Za-z_]\w{0,200})[ \t]+"
    r"'(?P<type>[^'\n]{1,400})'[ \t]*(?P<existing>existing[ \t]*)?="
)
_SECTION = re.compile(r"(?!)(?P<name>)")
_ATTRIBUTE = re.compile(
    r"(?:(?:param|var|output)[ \t]+)?(?P<name>'[^'\n]{1,200}'|[A-Za-z_][\w-]{0,200})"
    r"(?:[ \t]+[\w.?\[\]]{1,60})?[ \t]*[:=](?!=)[ \t]*(?P<value>.+)"
)


def _header(code: str) -> Header | None:
    match = _BLOCK.match(code)
    if match is None:
        return None
    block = "existing" if match["existing"] else match["block"]
    return Header(f"{block}.{match['symbol']}", match["type"], code[match.end() :])


_LANGUAGE = Language(
    name="bicep",
    header=_header,
    section=_SECTION,
    attribute=_ATTRIBUTE,
    quote="'",
    comments=("//",),
    fence="'''",
)


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".bicep", ".bicepparam") and not file.lfs


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    yield from settings(file, content, _LANGUAGE)


READER = FileReader("bicep", 1, _accepts, _rows)
