"""Technologies as data: reading `rules/technologies/` and finding them in the facts."""

from mlops_audit.linking.technologies.catalogue import Catalogue
from mlops_audit.linking.technologies.launches import find_launches
from mlops_audit.linking.technologies.loader import load_examples, technology_files
from mlops_audit.linking.technologies.match import match_technologies
from mlops_audit.linking.technologies.model import Technology, TechnologyExample
from mlops_audit.linking.technologies.vocabulary import ACTIONS, CATEGORIES

__all__ = [
    "ACTIONS",
    "CATEGORIES",
    "Catalogue",
    "Technology",
    "TechnologyExample",
    "find_launches",
    "load_examples",
    "match_technologies",
    "technology_files",
]
