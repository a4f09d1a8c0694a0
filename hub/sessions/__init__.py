"""Live sessions: frames and sound in as they come, VAD and alerts out at once, a report at the end."""
