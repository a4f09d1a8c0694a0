"""The demo recording: a renewal call of two people, spoken, drawn and encoded from packages alone.

`python -m sandbox.recording` writes `sandbox/recordings/renewal_call.{mp4,vtt,truth.json,participants.json}`. The
truth file says, frame by frame, which facial Action Units were drawn, and who spoke, hesitated and paused when.
"""
