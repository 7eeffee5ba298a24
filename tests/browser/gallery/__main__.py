"""`python -m tests.browser.gallery URL` fills an empty store and prints the threads' ids."""

from __future__ import annotations

import sys

from tests.browser.gallery import build

if len(sys.argv) != 2:
    sys.exit("usage: python -m tests.browser.gallery sqlite:////tmp/gallery.db|postgresql://…|redis://…")
print(*build(sys.argv[1]), sep="\n")
