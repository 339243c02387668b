"""The version of Gigawatt; ``pyproject.toml`` carries the same, held by a test."""

VERSION = "0.1.0"
