"""Intake: a gazette that a clerk gives over is received, waits its turn, and is read into the library."""
