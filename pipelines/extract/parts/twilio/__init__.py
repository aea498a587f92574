"""Twilio: messages and calls, by page and by CSV."""
