"""Intercom: conversations' parts, contacts, and the first API."""
