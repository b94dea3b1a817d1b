"""Forms of administration, by noun."""
