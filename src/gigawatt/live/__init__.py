"""A real cluster on the machine at hand: a controller, node agents, and jobs as real processes.

Nothing is imported here: an agent must start in milliseconds, and loads no array library.
"""
