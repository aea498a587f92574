"""Records by column: what several formats share who read plain rows so."""
