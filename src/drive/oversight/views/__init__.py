"""Pages of oversight."""

from .alerts import alert_item, alert_list
from .bars import bar_list, declare_tie, end_bar, record_bars, unheld
from .looks import looked
from .own import own_channels

__all__ = [
    "alert_item",
    "alert_list",
    "bar_list",
    "declare_tie",
    "end_bar",
    "looked",
    "own_channels",
    "record_bars",
    "unheld",
]
