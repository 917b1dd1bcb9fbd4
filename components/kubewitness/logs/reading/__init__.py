"""From bytes to rows, in stages that have one name each.

- Line: the bytes up to a line break. Lines that look like events go to the store as they are.
- Piece: bytes of any other text, and their kind: a record, damage, or an envelope around records.
- Record: the JSON object in a piece; its format shows which log it comes from.
- Row: what a format makes of a record, on its way into a table. `LocatedRow` adds its place.
- Quarantined: the bytes of a piece from which no row could be made, with the reason.
"""
