"""cosell: AWS Partner Central's selling API, self-hosted. This file holds the version only."""

__version__ = "0.1.0"
