"""What scores pairs and finds components: this machine, or Spark."""
