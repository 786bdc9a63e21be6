"""Trucewire: a news monitor for a conflict region."""

__version__ = "0.1.0"
