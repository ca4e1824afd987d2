"""What is kept: the spreadsheet, the state beside it, and the sync between them."""
