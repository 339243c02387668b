"""Published figures beside the model's, with the error."""

MODELS = (
    "climate",
    "cooling",
    "power",
    "compute",
    "cluster",
    "supply",
    "allocation",
    "finance",
    "audit",
    "campus",
)
"""What can be validated: modules of this package with a function ``rows``."""
AT_RUN_TIME = ("live",)
"""What is measured on clusters that are brought up when it is asked for by name, and only then."""
