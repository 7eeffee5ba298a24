"""`python -m inspector` is the command `inspector`, for where scripts are not on the PATH."""

import sys

from inspector.cli import main

if __name__ == "__main__":
    sys.exit(main())
