"""The ground: clock, units, errors, inputs, and what the domains hand each other."""
