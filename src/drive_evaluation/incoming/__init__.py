"""What others send back: returns of IDVA services about the control group, and of the police, as contract tables.

Rows are keyed by the pseudonyms of the trusted third party. A file with a name, an unknown column, a code that is no
code or a key twice is refused whole, with file, row, field and remedy; nothing of it is written.
"""

from drive_evaluation.incoming.merging import IncomingRefusedError, import_return

__all__ = ["IncomingRefusedError", "import_return"]
