"""How fast Tidings is, as ratios to what nobody could do without. Run: make bench."""
