"""Readers of other models' files, for the validation of our own."""
