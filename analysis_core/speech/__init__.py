"""The voice: speech, pitch, prosody, voice quality, hesitation, emotion."""
