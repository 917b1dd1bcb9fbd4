"""Rules in Sigma's format, made into rules of Sentinel's."""
