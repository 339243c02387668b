"""A cluster from outside: brought up, asked, read and drawn on a terminal; loads no array library."""
