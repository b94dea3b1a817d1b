"""Pages of oversight."""

from .alerts import alert_item, alert_list
from .looks import looked
from .own import own_channels

__all__ = ["alert_item", "alert_list", "looked", "own_channels"]
