#!/usr/bin/env python3
"""Django's usual entry point; the same commands as `inspector`."""

import sys

from inspector.cli import main

if __name__ == "__main__":
    sys.exit(main())
