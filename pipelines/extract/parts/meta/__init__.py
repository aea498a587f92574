"""Messenger and Instagram: threads and messages of a download."""
