"""``python -m gigawatt.training``.

Exit codes: 0 trained to the last step, 1 bad input, 130 interrupted, 143 asked to stop (SIGTERM) and saved.
"""

from __future__ import annotations

import os
import sys

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.training.options import read_options

STOPPED = 143
"""128 + SIGTERM, as a shell tells it. A cluster that asked for it takes the gang as stopped; if another
sent the signal it is a failure of the rank, and ``--restarts`` lets it go on from what was saved."""
INTERRUPTED = 130


def main() -> int:
    """Train, and return the exit code."""
    try:
        options, folder = read_options(sys.argv[1:])
        try:
            import torch  # noqa: F401
        except ModuleNotFoundError as error:
            seen = f"training needs PyTorch, which is not installed ({error.name})"
            raise InputError(Problem("GW876", seen, "pip install 'gigawatt[train]'")) from None
        from gigawatt.training.loop import Training
        from gigawatt.training.peers import Peers

        with Peers(os.environ, options.device) as peers:
            return 0 if Training(options, folder, peers).run() else STOPPED
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except OSError as error:  # the disk is full or gone: what was saved before is still whole
        sys.stderr.write(f"gigawatt: {error.strerror or error}: {error.filename or 'checkpoint'}\n")
        return 1
    except RuntimeError as error:
        if not any(word in str(error) for word in ("gloo", "NCCL")):
            raise
        sys.stderr.write("gigawatt: another rank was lost, and this one ends too\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("gigawatt: interrupted; the last checkpoint stays\n")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
