"""The confidentiality statement of a panel meeting, in plain words (S-28).

Change a word and the version changes with it: an acceptance says which words somebody had before them.
"""

from __future__ import annotations

VERSION = "2026-11"

POINTS = (
    "I read the papers for the work of this meeting, and for nothing else.",
    "I tell nobody outside the panel what stands in them. In my own agency I ask only what the panel needs to know, and only"
    " those who can answer it.",
    "Nothing of it reaches the person who was referred, or anybody who might tell them: not that the panel talks about them,"
    " and least of all what came from a victim or survivor.",
    "I copy nothing and photograph nothing. Notes of mine are kept as my agency keeps what is most confidential.",
    "What another agency brought stays theirs. I pass it on only when they have agreed.",
    "As soon as I see that I know somebody, I say so at the foot of the page and read no further.",
    "If somebody is in immediate danger I act at once, as my agency’s duty asks, and tell the chair.",
)
"""What a member accepts, for one meeting."""
