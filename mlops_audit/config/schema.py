"""The JSON Schema of the configuration, for editors.

`python -m mlops_audit.config.schema` writes `config.schema.json` next to this module; `--check`
only says whether the file is up to date.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mlops_audit.config.keys import config_schema

SCHEMA_FILE = Path(__file__).with_name("config.schema.json")


def render_schema() -> str:
    """Return the text of the schema file."""
    return json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the schema file, or with `--check` compare it; return the exit code."""
    if "--check" not in arguments:
        SCHEMA_FILE.write_text(render_schema(), encoding="utf-8")
        return 0
    current = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
    if current == render_schema():
        return 0
    print(
        f"{SCHEMA_FILE.name} is out of date: run python -m mlops_audit.config.schema",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
