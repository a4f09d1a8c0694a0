"""What can be wrong with a frame or a session, by the codes that callers know."""

from hub.errors import Conflict, HubError, PayloadTooLarge


class FrameTooLarge(PayloadTooLarge):
    """A frame is over 4 MB."""

    code = "frame_too_large"


class NoFaceDetected(HubError):
    """The frame shows no face."""

    status = 422
    code = "no_face_detected"


class SessionOver(Conflict):
    """The session has ended or expired."""

    code = "session_ended"
