"""From edges to persons: components, the guard, and what a night may change of them."""
