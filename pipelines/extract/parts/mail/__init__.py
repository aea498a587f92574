"""Mail: MIME, headers, bodies, who sent it, and why nobody did."""
