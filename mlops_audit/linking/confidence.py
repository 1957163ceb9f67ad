"""Confidence: how sure a link is, as a word in the tables and as a rank in the algorithms."""

WORDS = ("high", "medium", "low")
RANK = {word: rank for rank, word in enumerate(WORDS)}

HIGH, MEDIUM, LOW = range(3)
