"""``python -m gigawatt.study.sweep FOLDER WORKERS [WORKER [PARENT]]``: one worker of a sweep."""

import sys

from gigawatt.study.sweep.work import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
