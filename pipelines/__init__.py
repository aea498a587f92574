"""Goldthread: from a night of channel exports to a golden customer table. Knows nothing of Airflow."""

__version__ = "0.1.0"
