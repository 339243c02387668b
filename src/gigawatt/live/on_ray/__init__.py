"""A live cluster on Ray: its nodes hold the GPUs, its placement groups reserve them for gangs.

Imported only where a cluster is brought up with ``--engine ray``. Ray is an extra: ``gigawatt[ray]``.
"""
