"""The definitions a second time, as slowly and plainly as they can be written: loops over rows of text.

Nothing here imports what it judges. A table is a list of rows, a row a dict of cells, an empty cell the empty text, a
date its ISO text (which sorts as dates do). Each function follows one entry of the measures and puts its numbers under
the identity of the result; ``test_oracle`` compares every one of them with what the library wrote.
"""
