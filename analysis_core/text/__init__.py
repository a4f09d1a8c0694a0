"""The words: sentences, markers, valence/arousal/dominance, emotions."""
