/** What all answers share. Answers keep the fields that a newer hub adds. */

/** Valence, arousal and dominance, 0..1; null where nothing told. */
export interface Vad {
  valence: number | null;
  arousal: number | null;
  dominance: number | null;
  deltaFromBaseline?: Delta;
  confidence: number | null;
}

/** The change from the baseline, -1..1. */
export interface Delta {
  valence: number | null;
  arousal: number | null;
  dominance: number | null;
}

/** One facial Action Unit. Intensities 0..1; null where it is not supported or no face was seen. */
export interface ActionUnit {
  code: number;
  name: string;
  supported: boolean;
  intensity: number | null;
  active: boolean;
  confidence: number | null;
  peak?: number | null;
  source?: string;
}
