"""The door of a cluster: what is asked over HTTP, by whom, and what is answered."""
