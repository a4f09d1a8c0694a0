"""What can be wrong with labelled data."""


class EvaluationError(Exception):
    """The data cannot be evaluated; the message says what to put right."""
