"""Which identities are compared, and what came of it: blocks, the glance, edges."""
