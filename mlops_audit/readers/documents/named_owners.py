"""Owners that prose names: authors and contacts of a README, people in a model card."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.people import is_placeholder
from mlops_audit.readers.documents.contacts import PEOPLE_LIMIT, people
from mlops_audit.readers.documents.kinds import document_kind
from mlops_audit.readers.documents.placeholders import has_placeholder
from mlops_audit.readers.documents.text_document import TextDocument, front_matter
from mlops_audit.readers.markdown_plain import plain
from mlops_audit.readers.markdown_text import MarkdownSection
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Ownership

_LISTS = re.compile(r"(?:maintainers|authors|owners|code[_-]?owners)(?:\..*)?", re.IGNORECASE)
_TALKS = re.compile(
    r"(?:read[_-]?me|index|team|people|contacts?|support|governance|ownership|about)(?:[._-].*)?",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?:.*[_ -])?(?:model|data|dataset)[_ -]?card(?:[._ -].*)?|datasheet(?:[._-].*)?",
    re.IGNORECASE,
)
_CARD_FOLDER = re.compile(r"(?:^|/)(?:model|data|dataset)[_-]?cards?/", re.IGNORECASE)
#: Keys of the front matter of a card on a model hub; a single one may stand in any README.
_CARD_KEYS = frozenset(
    {"library_name", "pipeline_tag", "base_model", "model-index", "datasets", "metrics", "tags"}
    | {"license", "language", "task_categories", "size_categories", "pretty_name", "dataset_info"}
)
#: A folder of data tells of the data's authors, seldom of its keepers.
_DATA_FOLDER = re.compile(r"(?:^|/)(?:data|datasets?|raw)/", re.IGNORECASE)
_TRIM = re.compile(r"^[\W\d_]+|[\W_]+$")
_HEADING = re.compile(
    r"(?:the |our |project |core |main |model |data ?set |data |card |code |key ){0,3}"
    r"(?:authors?|maintainers?|maintained by|contacts?|contact (?:us|me|info(?:rmation)?|details"
    r"|persons?)|team(?: members?)?|(?:get|getting) in touch|developers?|(?:code ?)?owners?"
    r"|ownership|points? of contact|who to contact|(?:developed|created|made) by|data stewards?"
    r"|responsible (?:persons?|team|parties))"
    r"(?: ?(?:&|and|/|,) ?(?:contacts?|support|maintainers?|team|owners?|authors?|feedback"
    r"|acknowledge?ments?|credits))?"
)
_KEEPER = re.compile(r"owner|maintain|steward|responsible")
_LABEL = re.compile(
    r"(?:model |data ?set |data |business |technical |product |project |code |service |card )?"
    r"(owners?|maintainers?|maintained by|contacts?|contact person|points? of contact"
    r"|responsible(?: (?:person|team|party))?|accountable|(?:data )?stewards?|authors?"
    r"|(?:developed|created|built) by)(?: ?\((?:s|optional)\))?\s{0,3}[:|]\s{0,3}(.*)"
)
_AUTHORSHIP = re.compile(r"author|developed|created|built")
_KEYS = (
    *("owner", "owners", "model_owner", "data_owner", "maintainer", "maintainers", "contact"),
    *("contacts", "point_of_contact", "responsible", "steward"),
)
_NAME_LIMIT = 80


def names_owners(file: SourceFile) -> bool:
    """Tell whether the document is one in which owners are looked for."""
    return document_kind(file) != "" and (
        any(pattern.fullmatch(file.name) for pattern in (_LISTS, _TALKS, _CARD))
        or _CARD_FOLDER.search(file.path) is not None
    )


def named_owners(file: SourceFile, document: TextDocument) -> Iterator[Ownership]:
    """Yield the owners that the document names together with a way to reach them.

    In a card, which is about ownership itself, the name of a team or a role is enough.
    """
    seen: set[str] = set()
    found = _card_owners(file, document) if _is_card(file, document) else _owners(file, document)
    for row in found:
        if row.owner.lower() not in seen and len(seen) < 2 * PEOPLE_LIMIT:
            seen.add(row.owner.lower())
            yield row


def _owners(file: SourceFile, document: TextDocument) -> Iterator[Ownership]:
    pattern = file.path.rpartition("/")[0] or "repository"
    if _LISTS.fullmatch(file.name):
        everything = (line for section in document.sections for line in document.body(section))
        for person in people(everything, named=False):
            owner = person.owner
            yield Ownership(
                file.path, person.line, pattern, owner, "maintainers", person.placeholder
            )
        return
    in_data = _DATA_FOLDER.search(file.path) is not None
    for section, heading in _sections(document):
        if in_data and not _KEEPER.search(heading):
            continue
        lines = list(document.body(section))
        if not heading:
            lines = [(number, line) for number, line in lines if _LABEL.match(plain(line).lower())]
        for person in people(lines):
            owner = person.owner
            yield Ownership(
                file.path, person.line, pattern, owner, "maintainers", person.placeholder
            )


def _card_owners(file: SourceFile, document: TextDocument) -> Iterator[Ownership]:
    title = next((section.heading for section in document.sections if section.level), "")
    pattern = (title or file.path)[:200]
    for key in _KEYS:
        value = front_matter(document).get(key)
        for item in value.items():
            text = item.text if item.is_scalar else item.first("name", "email", "team").text
            if text.strip():
                owner = text.strip()[:200]
                yield Ownership(file.path, item.line, pattern, owner, "card", is_placeholder(owner))
    for section, heading in _sections(document):
        lines = list(document.body(section))
        for person in people(lines, named=False) if heading else ():
            owner = person.owner
            yield Ownership(file.path, person.line, pattern, owner, "card", person.placeholder)
        if _KEEPER.search(heading) and section.level and not section.placeholder:
            yield from _first_line(file.path, pattern, lines[1:])
        for number, line in lines:
            yield from _labelled(file.path, pattern, number, line)


def _labelled(path: str, pattern: str, number: int, line: str) -> Iterator[Ownership]:
    """Yield the owner in a line such as `- **Model owner:** Credit Risk Analytics`."""
    text = plain(line.strip().strip("|").lstrip("-*+ \t"))
    found = _LABEL.match(text.lower())
    if found is None:
        return
    contacts = list(people([(number, line)], named=False))
    for person in contacts:
        yield Ownership(path, number, pattern, person.owner, "card", person.placeholder)
    value = text[found.start(2) :].strip(" |")
    # Whoever developed the original of a model is not thereby its owner here.
    if not contacts and value and not _AUTHORSHIP.search(found[1]):
        yield _named(path, number, pattern, value)


def _first_line(path: str, pattern: str, lines: list[tuple[int, str]]) -> Iterator[Ownership]:
    for number, line in lines:
        value = plain(line.strip().lstrip("-*+ \t"))
        if value and not _LABEL.match(value.lower()):
            if (
                len(value) <= _NAME_LIMIT
                and "|" not in value
                and not any(people([(number, line)], named=False))
            ):
                yield _named(path, number, pattern, value)
            return


def _named(path: str, number: int, pattern: str, value: str) -> Ownership:
    doubtful = is_placeholder(value) or has_placeholder(value)
    return Ownership(path, number, pattern, value[:_NAME_LIMIT], "card", doubtful)


def _sections(document: TextDocument) -> Iterator[tuple[MarkdownSection, str]]:
    """Yield each section with the heading that makes it one about owners, '' if none does."""
    heading, level = "", 0
    for section in document.sections:
        if not heading or section.level <= level:
            text = _TRIM.sub("", _TRIM.sub("", section.heading))
            heading = text if _HEADING.fullmatch(text) else ""
            level = section.level
        yield section, heading


def _is_card(file: SourceFile, document: TextDocument) -> bool:
    if _CARD.fullmatch(file.name) or _CARD_FOLDER.search(file.path):
        return True
    keys = frozenset(front_matter(document).keys)
    # A Space has a front matter too, with its `sdk`.
    return len(keys & _CARD_KEYS) >= 2 and "sdk" not in keys
