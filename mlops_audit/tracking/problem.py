"""What went wrong with a tracking store, and the way out."""


class TrackingError(Exception):
    """A store that cannot be read, or not to its end; the message holds no credentials."""
