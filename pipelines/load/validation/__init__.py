"""What a candidate must keep to before anybody can read it."""
