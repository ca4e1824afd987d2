"""Google as the product sees it: Sheets, Drive, Forms and OAuth over HTTP on loopback.

Checked against answers Google really gave; what is assumed is listed in ASSUMED.md.
"""
