"""What the golden tables are built by, beside the SELECTs."""
