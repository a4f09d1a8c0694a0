"""What faces show: Action Units, pose, gaze and mouth motion of every face, told apart but never identified."""

from analysis_core.face.live import LiveFace, LiveFaces
from analysis_core.face.observe import observe
from analysis_core.face.sampling import sampling_rate

__all__ = ["LiveFace", "LiveFaces", "observe", "sampling_rate"]
