"""The measures M-…: one small pure function each, from a study and a sample to results.

A measure never prints, never writes and never guesses: an absent table raises TableAbsentError, an empty base gives
undefined (None) percentages, and every result says how many units were missing.
"""
