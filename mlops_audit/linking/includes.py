"""Files of a CI pipeline that live because a file that lives includes them."""

import sqlite3
from posixpath import dirname, join, normpath


def revive_included(connection: sqlite3.Connection) -> None:
    """Mark the workflows that a live workflow includes, and their triggers, as live."""
    included: dict[str, set[str]] = {}
    query = "SELECT path, target FROM unit_link WHERE kind = 'include'"
    for path, target in connection.execute(query):
        places = {normpath(target), normpath(join(dirname(path), target))}
        included.setdefault(path, set()).update(places)
    if not included:
        return
    query = "SELECT path, live FROM workflow WHERE system = 'gitlab-ci'"
    alive = dict(connection.execute(query).fetchall())
    queue = [path for path in included if alive.get(path, path.endswith(".gitlab-ci.yml"))]
    seen = set(queue)
    for path in queue:
        for file in sorted(included.get(path, ())):
            if file not in seen:
                seen.add(file)
                queue.append(file)
    for path in sorted(seen):
        if not alive.get(path, True):
            connection.execute("UPDATE workflow SET live = 1 WHERE path = ?", (path,))
            connection.execute("UPDATE automation_trigger SET live = 1 WHERE path = ?", (path,))
