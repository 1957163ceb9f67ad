"""Runs as a table: read, shaped with pandas, filtered, compared and exported."""
