"""From clusters to published tables: build, validate, publish, and what people ask of them."""
