"""From bytes to rows: lines, records, formats, damage."""
