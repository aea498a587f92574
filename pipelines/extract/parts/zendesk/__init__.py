"""Zendesk: tickets, comments, users, and over what they came."""
