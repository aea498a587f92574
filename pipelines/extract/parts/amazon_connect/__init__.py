"""Amazon Connect: contacts, calls, chats, transcripts."""
