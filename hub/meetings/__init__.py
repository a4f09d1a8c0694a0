"""Meetings and the pipeline that turns a recording into results."""
