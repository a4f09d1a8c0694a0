"""Files in: media as streams of samples and pictures, transcripts as cues. Nothing is held whole in memory."""
