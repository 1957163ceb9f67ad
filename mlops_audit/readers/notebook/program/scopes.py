"""What one piece of a notebook does to names, in the order in which it does it.

A name that a cell may bind counts as bound, whatever branch is taken; a use is told apart by
whether running the cell must come to it. What functions need counts where they are called.
"""

from typing import NamedTuple

USE, CALL, LATE, BIND, DELETE, WILD, CHANGE, END = range(8)
#: What a name is bound to: nothing that can be called; an import; not even certainly anything.
VALUE, IMPORT, VAGUE = "value", "import", "vague"


class Event(NamedTuple):
    """One thing that happens to a name at cell level."""

    #: USE, CALL (a use that calls it), LATE (a use inside a function), BIND, DELETE, WILD (any
    #: name may be bound from here), CHANGE (bound to something made of what it was), END (nothing
    #: runs after).
    kind: int
    name: str
    line: int
    #: Whether running the cell (LATE: calling the function) must come here.
    certain: bool
    #: LATE: the function or class at cell level that it stands in, '' for a lambda.
    #: BIND: VALUE, IMPORT, VAGUE or ''.
    what: str = ""


class Function(NamedTuple):
    """What a function needs from outside when it is called."""

    #: Names with the line of the first use that every call must come to.
    needs: dict[str, int]
    #: Those of them that it calls.
    calls: frozenset[str]


class CellNames(NamedTuple):
    """The names of one cell."""

    events: list[Event]
    #: By name and line of its definition.
    functions: dict[tuple[str, int], Function]


class Use(NamedTuple):
    """A use inside a function, class body or comprehension."""

    name: str
    line: int
    certain: bool
    call: bool


class Scope:
    """A function, class body or comprehension while it is walked; the cell is the outermost."""

    __slots__ = ("binds", "declared", "generator", "kind", "late", "left", "uses")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.binds: set[str] = set()
        #: Names declared global or nonlocal.
        self.declared: set[str] = set()
        self.uses: list[Use] = []
        #: Uses in functions inside.
        self.late: list[Use] = []
        #: Whether a call may have ended before, and whether it does nothing when it is called.
        self.left = self.generator = False


class Scopes:
    """The scopes that a walk is in, and the events of the outermost."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.functions: dict[tuple[str, int], Function] = {}
        self.scopes = [Scope("cell")]
        self.scope = self.scopes[0]
        #: Function or class at cell level that the walk is in.
        self.owner = ""
        #: Depth of branches, of loops, and of what never runs or may fail without harm.
        self.branches = self.loops = self.guards = 0

    def use(self, name: str, line: int, *, call: bool = False) -> None:
        """Note that the value of a name is needed."""
        if self.guards:
            return
        scope = self.scope
        if scope.kind == "cell":
            self.events.append(Event(CALL if call else USE, name, line, not self.branches))
        else:
            scope.uses.append(Use(name, line, not (self.branches or scope.left), call))

    def bind(self, name: str, line: int, what: str = "") -> None:
        """Note that a name gets a value."""
        scope = self.scope
        if scope.kind == "cell":
            self.events.append(Event(BIND, name, line, not self.branches, what))
        elif name in scope.declared:
            self.events.append(Event(BIND, name, line, False))
        else:
            scope.binds.add(name)

    def bind_walrus(self, name: str, line: int) -> None:
        """Note that `:=` gives a name a value, in the innermost scope that is no comprehension."""
        scope = self.scope
        for around in reversed(self.scopes):
            self.scope = around
            if around.kind != "comprehension":
                break
            around.binds.add(name)
        self.bind(name, line)
        self.scope = scope

    def delete(self, name: str, line: int) -> None:
        """Note that a name is deleted."""
        self.use(name, line)
        if self.scope.kind != "cell":
            self.scope.binds.add(name)
        elif not (self.branches or self.loops or self.guards):
            self.events.append(Event(DELETE, name, line, True))

    def may_bind(self, name: str, line: int) -> None:
        """Note that there may be a name at cell level."""
        self.events.append(Event(BIND, name, line, False, VAGUE))

    def wild(self, line: int) -> None:
        """Note that any name may have a value from here."""
        self.events.append(Event(WILD, "", line, False))

    def end(self, line: int) -> None:
        """Note that the run of the notebook ends here."""
        if self.scope.kind == "cell" and not (self.branches or self.guards):
            self.events.append(Event(END, "", line, True))

    def enter(self, kind: str) -> Scope:
        """Open a scope."""
        inner = Scope(kind)
        inner.left = kind == "comprehension" and self.scope.left
        self.scope = inner
        self.scopes.append(inner)
        return inner

    def leave(self) -> Scope:
        """Close a scope; the one around it gets what it needs and does not bind itself."""
        inner = self.scopes.pop()
        self.scope = outer = self.scopes[-1]
        if inner.kind == "function":
            # Methods do not see the names of their class.
            around = next(scope for scope in reversed(self.scopes) if scope.kind != "class")
            around.late.extend(
                use for use in (*inner.uses, *inner.late) if use.name not in inner.binds
            )
        else:
            needed = [use for use in inner.uses if use.name not in inner.binds]
            if outer.kind == "cell":
                self.events.extend(
                    Event(CALL if call else USE, name, line, certain)
                    for name, line, certain, call in needed
                )
            else:
                outer.uses.extend(needed)
            hidden = inner.binds if inner.kind == "comprehension" else ()
            outer.late.extend(use for use in inner.late if use.name not in hidden)
        cell = self.scopes[0]
        if outer is cell and cell.late:
            self.events.extend(
                Event(LATE, name, line, certain, self.owner) for name, line, certain, _ in cell.late
            )
            cell.late.clear()
        return inner
