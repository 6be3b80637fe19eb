"""Messages to members: their words, their ways, and the worker that delivers what a verb told."""
