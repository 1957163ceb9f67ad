"""Where words stand in a text, by plain search: most texts hold no secret, and are read fast."""

from collections.abc import Iterable


def lowered(text: str) -> str:
    """Return the text in lower case, with every character at the place that it had."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def places(lower: str, words: Iterable[str]) -> list[int]:
    """Return where the words begin, in the order of the text."""
    found = []
    for word in words:
        place = lower.find(word)
        while place >= 0:
            found.append(place)
            place = lower.find(word, place + len(word))
    return sorted(found)


def lines_with(lower: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return start and end of every line that holds one of the words, in the order of the text."""
    found = set()
    for word in words:
        place = lower.find(word)
        while place >= 0:
            end = lower.find("\n", place)
            end = len(lower) if end < 0 else end
            found.add((lower.rfind("\n", 0, place) + 1, end))
            place = lower.find(word, end)
    return sorted(found)
