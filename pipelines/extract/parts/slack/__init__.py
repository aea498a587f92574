"""Slack: a workspace, its users, messages and their texts."""
