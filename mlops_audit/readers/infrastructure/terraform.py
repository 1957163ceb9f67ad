"""Terraform and OpenTofu files as settings.

A resource is a row with its type as value, `resource.azurerm_key_vault.main`, and its attributes
stand below it: `resource.azurerm_key_vault.main.sku_name`. Data sources, modules, providers,
variables, outputs and locals are read likewise.
"""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import FileReader
from mlops_audit.readers.infrastructure.blocks import Header, Language, settings
from mlops_audit.readers.infrastructure.terraform_links import links
from mlops_audit.repository.model import SourceFile

_LABEL = r'(?:"[^"\n]{1,200}"|[\w-]{1,200})'
_BLOCK = re.compile(
    rf"(?P<block>resource|data|module|provider|variable|output|check|ephemeral)[ \t]+"
    rf"(?P<first>{_LABEL})(?:[ \t]+(?P<second>{_LABEL}))?[ \t]*(?=\{{)"
)
_SECTION = re.compile(r'(?P<name>[A-Za-z_][\w-]{0,100}(?:[ \t]+"[^"\n]{1,200}")?)[ \t]*\{')
_ATTRIBUTE = re.compile(
    r'(?P<name>"[^"\n]{1,200}"|[\w./-]{1,200})[ \t]*[=:](?!=)[ \t]*(?P<value>.+)'
)
_HEREDOC = re.compile(r"<<[-~]?([A-Za-z_]\w{0,40})\s*\Z")


def _header(code: str) -> Header | None:
    match = _BLOCK.match(code)
    if match is None:
        return None
    labels = [match[part].strip('"') for part in ("first", "second") if match[part]]
    return Header(".".join([match["block"], *labels]), labels[0], code[match.end() :])


_LANGUAGE = Language(
    name="terraform",
    header=_header,
    section=_SECTION,
    attribute=_ATTRIBUTE,
    quote='"',
    comments=("#", "//"),
    heredoc=_HEREDOC,
)


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".tf", ".tofu", ".tfvars") and not file.lfs


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    rows = list(settings(file, content, _LANGUAGE))
    yield from rows
    yield from links(file.path, rows)


READER = FileReader("terraform", 2, _accepts, _rows)
