"""What lies in an inbox, opened: archives, documents, lines and blocks of rows, each within a budget."""
