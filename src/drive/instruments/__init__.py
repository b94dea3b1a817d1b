"""Questionnaires and code lists as versioned data, with the rules that read, check and score them.

Everything here but `forms` is plain Python: no database, no request, no Django. Start at `library`.
"""
