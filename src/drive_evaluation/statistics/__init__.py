"""The test engine T1 to T8: pure functions of arrays, each returning a frozen ``Comparison``.

No function prints, draws a random number without a seed, or raises for degenerate data: an empty group, zero
cells or no variation give a stated note and no test.
"""
