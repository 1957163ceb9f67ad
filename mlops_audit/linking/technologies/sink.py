"""Collecting what was found, each thing once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mlops_audit.linking.technologies.model import Technology
from mlops_audit.schema import Action, TechnologyUse


class Place(NamedTuple):
    """Where something was found."""

    path: str
    cell: int | None
    line: int | None
    scope: str = ""


class Sink:
    """Technology uses and actions; a repeated use in one file is kept once per name."""

    def __init__(self) -> None:
        self._uses: dict[tuple[Any, ...], TechnologyUse] = {}
        self._actions: dict[tuple[Any, ...], Action] = {}

    def use(
        self, technology: Technology, place: Place, via: str, detail: str, confidence: str = "high"
    ) -> None:
        """Record that a technology appears."""
        key = (technology.id, place.path, via, detail)
        if key not in self._uses:
            self._uses[key] = TechnologyUse(
                technology=technology.id,
                category=technology.category,
                path=place.path,
                cell=place.cell,
                line=place.line,
                via=via,
                confidence=confidence,
                detail=detail,
            )

    def act(
        self,
        actions: Iterable[str],
        technology: Technology,
        place: Place,
        *,
        via: str,
        name: str,
        confidence: str,
        call: int | None = None,
    ) -> None:
        """Record what is done."""
        for action in actions:
            key = (place, action, technology.id, call, via if call is None else "")
            self._actions.setdefault(
                key,
                Action(
                    path=place.path,
                    cell=place.cell,
                    line=place.line,
                    scope=place.scope,
                    action=action,
                    technology=technology.id,
                    via=via,
                    name=name,
                    call=call,
                    confidence=confidence,
                ),
            )

    def sorted_uses(self) -> list[TechnologyUse]:
        """Return the uses in a fixed order."""
        return sorted(
            self._uses.values(), key=lambda one: (*_place(one), one.technology, one.via, one.detail)
        )

    def sorted_actions(self) -> list[Action]:
        """Return the actions in a fixed order."""
        return sorted(
            self._actions.values(),
            key=lambda one: (*_place(one), one.call or 0, one.action, one.technology, one.name),
        )


def _place(one: TechnologyUse | Action) -> tuple[str, int, int]:
    return (one.path, -1 if one.cell is None else one.cell, one.line or 0)
