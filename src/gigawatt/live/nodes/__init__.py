"""The nodes of a cluster: agents and keepers there, and what their controller knows of them.

Nothing is imported here: an agent must start in milliseconds.
"""
