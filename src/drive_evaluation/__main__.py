"""``python -m drive_evaluation`` is the command line."""

import sys

from drive_evaluation.cli import main

sys.exit(main())
