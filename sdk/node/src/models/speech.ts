/** What the speech endpoints give. */

/** How it was said: Hz, 0..1 of loudness, syllables and pauses a second, shares and dB. */
export interface Prosody {
  pitch: Record<'mean' | 'std' | 'min' | 'max' | 'range', number | null>;
  energy: Record<'mean' | 'std', number | null>;
  rhythm: Record<'speechRate' | 'pauseRate' | 'averagePauseDuration', number | null>;
  voiceQuality: Record<'jitter' | 'shimmer' | 'hnr', number | null>;
}

/** Where the conversation is heading, by the straight line through its clips so far. */
export interface Prediction {
  valence: number;
  arousal: number;
  trajectory: 'improving' | 'stable' | 'declining';
  basedOn: number;
}

/** What a clip sounds like; valence, arousal and dominance are -1..1 here. Absent: features not asked for. */
export interface SpeechResult {
  emotion?: string;
  confidence?: number;
  emotionProbabilities?: Record<string, number>;
  valence?: number;
  arousal?: number;
  dominance?: number;
  prosody?: Prosody;
  state?: string;
  metrics?: Record<string, unknown>;
  prediction?: Prediction;
  speakerId?: string;
  sessionId?: string;
  metadata?: Record<string, unknown>;
  duration: number;
  processedAt: string;
  requestId: string;
  watermark?: string;
}

/** Why one could not be analysed. */
export interface ItemError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** One result for each clip, in order, or why there is none. */
export interface SpeechBatch {
  results: (Partial<SpeechResult> & { id: string; error?: ItemError })[];
  requestId: string;
}

/** The emotion of a short clip. */
export interface EmotionResult {
  mainEmotion: string;
  confidence: number;
  allPredictions: Record<string, number>;
  watermark?: string;
}

/** A recording's emotions, or how far they are; `t` is when an interval begins, MM:SS. */
export interface EmotionRecording {
  requestId: string;
  status: string;
  progress: number;
  emotions?: { t: string; emotion: string; confidence: number }[];
  error?: ItemError;
  watermark?: string;
}
