"""Acts of administration, by noun."""
