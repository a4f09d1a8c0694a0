"""EchoDepth Hub: recorded calls in, explained signals in the CRM out."""

__version__ = "0.1.0"
