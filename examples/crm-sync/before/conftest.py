"""The suite in this folder is of the first version, and runs against it."""

from before import first_version

__all__ = ["first_version"]
