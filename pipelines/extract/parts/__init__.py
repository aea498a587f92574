"""What single formats are made of: the modules from which ``pipelines/extract/<format>.py`` is put together."""
