"""Pure evaluation library of Drive: a pseudonymised data package in, tables, figures, tests and a report out.

Nothing here knows of Django or of the operational system; the only door is the extract contract.
"""

from __future__ import annotations

__version__ = "1.0.0"
