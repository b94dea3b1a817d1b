"""Synthetic cohorts near the published ones: every person is invented, every package says so.

Calibrated on published flows, profiles, needs and totals; what was not published comes from stated, uncalibrated
assumptions (``ASSUMPTIONS`` of each module).
"""
