"""`python -m lightwork`: the command line."""

import sys

from lightwork.cli import main

sys.exit(main())
