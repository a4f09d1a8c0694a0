"""The picture: faces found and followed, Action Units, pose, gaze, valence and arousal."""
