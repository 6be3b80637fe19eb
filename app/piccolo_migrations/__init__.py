"""The tables of the web shell itself: jobs, deliveries of messages, and what else only it needs."""
