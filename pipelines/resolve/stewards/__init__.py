"""What people are asked and what they answered: the review and the audit."""
