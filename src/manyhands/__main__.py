"""`python -m manyhands`: the command line."""

import sys

from manyhands.cli import main

sys.exit(main())
