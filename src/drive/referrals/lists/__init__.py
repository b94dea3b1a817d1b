"""Reading referral lists as areas send them: bytes in, a judgement of every line out. No database, no Django.

`preview.preview` is the door; `reading`, `headings`, `values`, `rows` and `persons` are its steps in that
order.
"""
