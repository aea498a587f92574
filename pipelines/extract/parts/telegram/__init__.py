"""Telegram: chats, messages, files."""
