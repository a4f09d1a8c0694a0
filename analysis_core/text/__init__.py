"""What was said and how it was put: sentences with times, markers with their source, and the talk's figures."""
