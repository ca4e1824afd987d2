"""The form page over HTTP: Flask under waitress. Part of the shell."""

from sheets_sync.web.application import create_app
from sheets_sync.web.desk import Desk, Paper
from sheets_sync.web.serving import Server, serve

__all__ = ["Desk", "Paper", "Server", "create_app", "serve"]
