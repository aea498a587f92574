"""What people ask of the version in use."""
