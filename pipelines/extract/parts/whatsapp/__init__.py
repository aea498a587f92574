"""WhatsApp: lines, dates and words of an exported chat."""
