"""Stores of runs outside of the repository, read only because the user names them.

Nothing here is reached unless a tracking address was given on the command line.
"""
