"""What logs of calls and texts share: rows, and who is at either end."""
