"""Tables about configuration and prose."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, EndLine, Line, Path


class Setting(NamedTuple):
    """One scalar of a YAML, TOML, JSON, INI, Terraform or Bicep file (at most 2,000 a file)."""

    path: Path
    line: Line
    document: Annotated[int, "0-based index of the YAML document in the file"]
    key: Annotated[str, "dotted key; list items as [0]: jobs.build.steps[0].run"]
    name: Annotated[str, "last key part without index"]
    value: Annotated[str, "scalar as text, at most 500 characters; secret-like values masked"]
    kind: Annotated[str, "string | number | bool | null | empty (empty list or mapping)"]


class Document(NamedTuple):
    """A prose document: Markdown, reStructuredText, plain text README and the like."""

    path: Path
    kind: Annotated[str, "markdown | rst | text"]
    title: Annotated[str, "first heading, '' if there is none"]
    words: Annotated[int, "words of prose, code blocks excluded"]
    placeholders: Annotated[int, "TODO, TBD, <your-…>, [More Information Needed], lorem ipsum …"]
    front_matter: Annotated[str, "space-separated top-level keys of a YAML front matter"]


class Section(NamedTuple):
    """A heading and the prose below it (also a markdown cell of a notebook with its heading)."""

    path: Path
    cell: CellIndex
    line: Line
    end_line: EndLine
    level: Annotated[int, "1–6; 0 for text before the first heading"]
    heading: Annotated[str, "heading text, lower case, markup removed"]
    text: Annotated[
        str, "prose below it up to the next heading, lower case, at most 3,000 characters"
    ]
    words: Annotated[int, "words of the prose"]
    placeholder: Annotated[bool, "1 if it is untouched template text or only a placeholder"]


class Ownership(NamedTuple):
    """A named owner of a part of the repository."""

    path: Path
    line: Line
    pattern: Annotated[str, "CODEOWNERS pattern, or what is owned"]
    owner: Annotated[str, "team, person or address"]
    source: Annotated[str, "codeowners | maintainers | catalog | citation | card | package"]
    placeholder: Annotated[bool, "1 for @your-team, @org/team, owner: airflow and the like"]
