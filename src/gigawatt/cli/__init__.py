"""The command line: commands only; what they do is done below them."""
