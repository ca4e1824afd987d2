"""`python -m sheets_sync.cli` -> the command `tidings`."""

from sheets_sync.cli.ending import main

main()
