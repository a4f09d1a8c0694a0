"""The only door to `analysis_core`: child processes, progress, stored results, retention."""
