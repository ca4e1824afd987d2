"""`tidings demo`: an invented community, and the whole way of a report in it. Part of the shell."""
