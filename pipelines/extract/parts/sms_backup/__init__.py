"""SMS Backup & Restore: messages and calls out of XML."""
