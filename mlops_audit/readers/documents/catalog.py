"""Owners in files made for machines: Backstage catalogues and citation files."""

from collections.abc import Iterator

from mlops_audit.readers.dependencies.people import is_placeholder
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import Ownership

CATALOG_NAMES = frozenset({"catalog-info.yaml", "catalog-info.yml"})
CITATION_NAME = "CITATION.cff"
_LIMIT = 100


def catalog_owners(path: str, content: bytes) -> Iterator[Ownership]:
    """Yield `spec.owner` of every entity of a Backstage catalogue."""
    for entity in load_yaml(content).documents[:_LIMIT]:
        owner = entity.get("spec", "owner")
        if owner.is_scalar and entity.get("apiVersion").text.startswith("backstage.io/"):
            name = entity.get("metadata", "name").text or entity.get("kind").text or "entity"
            # user:default/jane and group:platform name the same owner with and without kind.
            bare = owner.text.rpartition(":")[2].rpartition("/")[2]
            doubtful = is_placeholder(bare) or is_placeholder(owner.text)
            yield Ownership(path, owner.line, name[:200], owner.text[:200], "catalog", doubtful)


def citation_authors(path: str, content: bytes) -> Iterator[Ownership]:
    """Yield the contacts of a citation file, or its authors if it names no contact."""
    documents = load_yaml(content).documents
    if not documents or not documents[0].get("cff-version"):
        return
    tree = documents[0]
    title = tree.get("title").text or "repository"
    people = tree.first("contact", "authors").children
    for person in people[:_LIMIT]:
        name = _name(person)
        address = person.first("email", "orcid", "website").text.strip()
        if name or address:
            owner = f"{name} <{address}>" if name and address else name or address
            doubtful = (bool(name) and is_placeholder(name)) or (
                bool(address) and is_placeholder(address)
            )
            line = person.line
            yield Ownership(path, line, title[:200], owner[:200], "citation", doubtful)


def _name(person: Node) -> str:
    """Return the name of a person or of an organisation."""
    parts = [
        person.get(key).text
        for key in ("given-names", "name-particle", "family-names", "name-suffix")
    ]
    return " ".join(part.strip() for part in parts if part.strip()) or person.get("name").text
