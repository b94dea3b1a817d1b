"""What oversight does: one atomic function an act, row and audit event together."""

from .alerts import answer_alert, keep_own_channel
from .bars import declare_tie, end_bar, exclude_worker, restrict_record

__all__ = [
    "answer_alert",
    "declare_tie",
    "end_bar",
    "exclude_worker",
    "keep_own_channel",
    "restrict_record",
]
