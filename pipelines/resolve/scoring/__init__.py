"""What two identities weigh together: the model, its conditions, the scores, and what a weight means."""
