"""Facts: every table of the schema in one SQLite database, filled by the readers."""
