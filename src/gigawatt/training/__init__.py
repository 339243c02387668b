"""A training job to run on a cluster: a small byte-level transformer, data-parallel, checkpointed.

``python -m gigawatt.training`` is what the ranks of a gang run (see docs/how-to/train-on-a-cluster.md).
It needs the extra ``train`` (PyTorch); nothing else of Gigawatt loads it::

    __main__    the command: options, exit codes
    options     what is trained, and how
    text        the bytes, and which windows of them belong to a step
    model       the transformer
    peers       the ranks: sums over them, and the word that one of them is to stop
    checkpoint  written whole or not at all, read from the last whole one
    record      losses and speed, as lines of JSON
    loop        the steps
"""
