"""The parts every page is made of: layout, macros, form fields, the one stylesheet and the one script.

Knows nothing of cases, clients or permissions: a page hands in words, and this package draws them.
"""
