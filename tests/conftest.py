"""What all tests share."""

from hypothesis import settings

# Time on a busy machine proves nothing, and the same commit must give the same answer.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
