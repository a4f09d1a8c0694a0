"""Files in: media decoded by PyAV as a stream, transcripts of every format the products meet."""
