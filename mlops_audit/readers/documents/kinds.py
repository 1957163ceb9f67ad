"""Which files are documents: by name, and for text files of any name also by what they say."""

import re

from mlops_audit.repository.model import SourceFile

#: R Markdown and Quarto are notebooks.
_NOTEBOOK_SUFFIXES = (".rmd", ".qmd")
_LICENCE = re.compile(
    r"(?:un)?licen[cs](?:es?|ed|ing)\b.*|(?:copying|notice|copyright|patents?|eula)(?:[._-].*)?"
    r"|third[_-]?party[_-].*",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"read[_ -]?me|read[_ -]?first|contributing|contributors?|changelog|change[_ -]?log|changes"
    r"|history|news|authors|maintainers|code[_ -]of[_ -]conduct|security|support|governance"
    r"|roadmap|todo|notes|install(?:ation)?|usage|how[_ -]?to|getting[_ -]started|hacking|faq"
    r"|architecture|design|overview|about|charter|run[_ -]?book|play[_ -]?book"
    r"|release[_ -]notes|model[_ -]?card|(?:data|dataset)[_ -]?(?:card|sheet|dictionary)",
    re.IGNORECASE,
)
#: Names of documents in lower case and without any suffix.
_DOCUMENT_ANYWAY = re.compile(r"read[_-]?me|contributing|changelog|authors|maintainers")
#: Endings of a document in plain text, after which nothing else says what it is.
_TEXT_SUFFIX = re.compile(
    r"(?:\.(?:txt|text|adoc|asciidoc|first|[a-z]{2}(?:[-_][a-z]{2})?))?", re.IGNORECASE
)
_NEVER = re.compile(
    r"(?:.*[-_.])?(?:requirements?|constraints|packages|vocab|merges|labels|classes|stop[-_]?words"
    r"|output|stdout|stderr|log|logs)(?:[-_.].*)?|(?:robots|cmakelists|runtime)\.txt",
    re.IGNORECASE,
)
_MARK = re.compile(r"[a-z)][.!?:](?:\s|\Z)")
_HEAD = 20_000
_FEW_WORDS = 15


def document_kind(file: SourceFile) -> str:
    """Return the kind of document that the name tells: markdown, rst, text, or '' for none.

    A text file that is only called `something.txt` is one below a documentation folder, provided
    that `is_prose` says so too.
    """
    if file.lfs or _LICENCE.fullmatch(file.name):
        return ""
    if file.kind == "markdown":
        return "" if file.suffix in _NOTEBOOK_SUFFIXES else "markdown"
    if file.kind == "rst":
        return "rst"
    if file.kind == "text" and (is_named_document(file) or _may_be_prose(file)):
        return "text"
    return ""


def is_named_document(file: SourceFile) -> bool:
    """Tell whether the name alone says that a text file is a document: README, notes.txt."""
    stem, dot, suffix = file.name.partition(".")
    if not dot and stem.islower() and not _DOCUMENT_ANYWAY.fullmatch(stem):
        # A parameter in a run log, a script.
        return False
    if file.kind == "text" and suffix.lower() in ("adoc", "asciidoc"):
        return True
    if _DOCUMENT.fullmatch(stem):
        # README.dataset.txt
        return bool(_TEXT_SUFFIX.fullmatch(dot + suffix)) or suffix.lower().endswith(".txt")
    start = re.split(r"[_-]", stem, maxsplit=1)[0]
    return start.lower() == "readme" and bool(_TEXT_SUFFIX.fullmatch(dot + suffix))


def is_data(text: str) -> bool:
    """Tell a dump of data that is called README from prose."""
    return text.lstrip()[:5].startswith(("{", "[{", "<?xml", "%PDF", "<!doc", "<html"))


def is_prose(text: str) -> bool:
    """Tell sentences that people wrote from lists, tables and logs."""
    words = text[:_HEAD].split()
    if len(words) < _FEW_WORDS:
        return False
    plain = sum(1 for word in words if word.strip("\"'()[].,;:!?*_-`").isalpha())
    return plain * 10 >= len(words) * 7 and len(_MARK.findall(text[:_HEAD])) * 60 >= len(words)


def _may_be_prose(file: SourceFile) -> bool:
    return file.role == "docs" and file.suffix == ".txt" and not _NEVER.fullmatch(file.name)
