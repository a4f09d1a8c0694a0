"""The text model: all-MiniLM-L6-v2, taught by the teacher."""
