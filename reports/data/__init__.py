"""Data of a report: rows read, chosen and set side by side, and the hashes of what each file is made of."""
