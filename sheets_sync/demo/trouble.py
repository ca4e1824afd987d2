"""What can keep the demo from running."""

from sheets_sync.settings import SettingsError


class DemoError(SettingsError):
    """The demo cannot run; told like a fault in the settings: place, fault, remedy."""
