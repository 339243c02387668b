"""The twin of a live cluster: its journal as a schedule of the simulation, beside what that predicts."""
