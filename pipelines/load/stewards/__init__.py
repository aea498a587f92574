"""What stewards are asked, and what they have decided."""
