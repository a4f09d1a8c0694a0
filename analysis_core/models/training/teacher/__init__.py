"""The large network that the text model learns from: all-mpnet-base-v2 with adapters."""
