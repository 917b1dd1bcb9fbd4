"""Resources that make or may make a cluster in a way that no adapter reads."""
