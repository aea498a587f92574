"""Freshdesk: tickets, messages, people, and the first API."""
