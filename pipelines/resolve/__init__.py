"""From records to customers: identities, candidate pairs, scores, clusters and ids that last."""
