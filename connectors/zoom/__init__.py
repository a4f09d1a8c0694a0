"""Zoom: cloud recordings, their transcripts and who took part."""
