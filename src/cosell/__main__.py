"""python -m cosell"""

import sys

from cosell.cli import main

if __name__ == "__main__":
    sys.exit(main())
