"""The variables that Ray reads when it is imported; set them before."""

from __future__ import annotations

import hmac
import os

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody outside
    "RAY_NUM_REDIS_GET_RETRIES": "1",  # who is not there is not waited for during a quarter of an hour
}


def surround(secret: str, *, own: bool) -> None:
    """Set the environment of a user of Ray; ``own``: of one on this machine, for this cluster alone."""
    os.environ |= _QUIET
    if own:
        os.environ |= {
            # Whoever may speak to Ray may run commands as its user: also on the loopback it takes a secret.
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": hmac.new(secret.encode(), b"ray", "sha256").hexdigest(),
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # what makes Ray listen on the loopback alone
            "RAY_ENABLE_WORKER_PRESTART": "0",
            "RAY_raylet_report_resources_period_milliseconds": "20",  # of 100: GPUs that are free again
        }
