"""What a record says: its fields taken strictly, people's identifiers and instants, and what is wrong with one."""
