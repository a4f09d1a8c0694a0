"""Joins what voice, face and words showed into one explained result, relative to each speaker's own baseline."""
