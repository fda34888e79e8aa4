"""`python -m voiceclone …`: the engine from a terminal."""

import sys

from voiceclone.cli import main

if __name__ == "__main__":
    sys.exit(main())
