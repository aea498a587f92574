"""Genesys Cloud: conversations and who took part."""
