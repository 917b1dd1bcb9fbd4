"""What is granted, and which of it a log shows as unused."""
