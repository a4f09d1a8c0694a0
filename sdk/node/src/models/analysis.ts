/** What `analyse` and `results` give. */
import type { ActionUnit, Vad } from './base.js';

/** One value for each started second; null where nothing told. */
export type Series = (number | null)[];

/** Why there is no Trust Score. */
export interface Abstained {
  reason: string;
  explanation: string;
}

/** One face's Action Units over time: `codes` has a series for each code, with one value for each of `timesS`. */
export interface FaceActivation {
  face: number;
  speaker: string | null;
  timesS: number[];
  codes: Record<string, Series>;
}

/** Something worth a look, with what it rests on. */
export interface AnalysisEvent {
  type: string;
  startS: number | null;
  endS: number | null;
  speaker: string | null;
  strength: number | null;
  evidence: Record<string, unknown>;
}

/** Hesitation 0..1 for each second, the stretches in which it is high, and answers that were slow for their speaker. */
export interface HesitationMap {
  perSecond: Series;
  slowAnswers: { startS: number; endS: number; speaker: string; responseLatencyS: number; usualS: number }[];
  spans: { startS: number; endS: number; speaker: string; intensity: number; causes: Record<string, number> }[];
}

/** Strain against the speaker's own baseline, 0..1; 0.5 is as at the baseline. */
export interface StressIndicators {
  level: number | null;
  perSecond: Series;
  indicators: Record<string, number | null>;
  peaks: { startS: number; endS: number; speaker: string; intensity: number }[];
}

/** Markers in the words: counts by kind, and each one's place. */
export interface HesitationMarkers {
  words: number;
  filledPauses: string;
  kinds: Record<string, MarkerRate>;
  items: MarkerPlace[];
}

/** How often one kind of marker was said; `band` compares it with other speakers, null under 100 words. */
export interface MarkerRate {
  group: string;
  count: number;
  per100Words: number;
  band: string | null;
}

/** One marker: `start` and `end` are its characters in `sentence`. */
export interface MarkerPlace {
  kind: string;
  text: string;
  atS: number | null;
  speaker: string;
  sentence: string;
  start: number;
  end: number;
  source: string;
}

/** How it was said. Low and high pitch are the 5th and 95th percentile, told of one speaker at a time. */
export interface SpokenProsody {
  pitch: {
    meanHz: number | null;
    medianHz: number | null;
    lowHz: number | null;
    highHz: number | null;
    rangeSt: number | null;
    voicedShare: number | null;
  };
  energy: { meanDb: number | null; spreadDb: number | null };
  rhythm: {
    syllablesPerSecond: number | null;
    pausesPerMinute: number | null;
    meanPauseS: number | null;
    pauseShare: number | null;
    filledPausesPerMinute: number | null;
  };
  voiceQuality: { jitter: number | null; shimmer: number | null; hnrDb: number | null };
}

/** By the voice (they sum to 1), and by the words (each for itself); null where there is none. */
export interface EmotionsHeard {
  voice: Record<string, number> | null;
  words: Record<string, number> | null;
}

/** Some seconds of one voice: seven emotions that sum to 1, and valence, arousal and dominance, 0..1. */
export interface VoiceSegment {
  startS: number;
  endS: number;
  speaker: string;
  valence: number;
  arousal: number;
  dominance: number;
  emotions: Record<string, number>;
  confidence: number;
}

/** Two views of the same distance, in points: each adds up to the score minus 50. */
export interface Contributions {
  signals: { signal: string; points: number; observedShare: number }[];
  moments: {
    startS: number;
    endS: number;
    speaker: string;
    points: number;
    strongestSignal: string;
    text: string;
  }[];
}

/** How much of the observed speech one modality could tell of, 0..1. */
export interface Coverage {
  available: boolean;
  share: number;
  note: string;
}

/** What one sentence's words say, 0..1. */
export interface Sentence {
  text: string;
  speaker: string | null;
  startS: number | null;
  endS: number | null;
  valence: number | null;
  arousal: number | null;
  dominance: number | null;
  emotions: Record<string, number>;
  markers: string[];
}

/** A threshold that was crossed for some seconds. */
export interface AnalysisAlert {
  type: string;
  threshold: number;
  value: number;
  offsetS: number;
  speaker: string | null;
}

/** One speaker. Whoever is not `observed` has talk figures only. */
export interface Speaker {
  name: string;
  observed: boolean;
  talkTimeS: number;
  talkShare: number;
  turns: number;
  interruptions: number;
  longestMonologueS: number;
  questions: number | null;
  words: number | null;
  wordsPerMinute: number | null;
  responseLatencyS: number | null;
  /** When they are heard: start and end, in seconds. */
  spoken: [number, number][];
  trustScore: number | null;
  trustInterval: [number, number] | null;
  abstained: Abstained | null;
  credibilitySignal: Series;
  vad: Vad | null;
  vadSeries: Record<string, Series> | null;
  signals: Record<string, number | null> | null;
  contributions: Contributions | null;
  prosody: SpokenProsody | null;
  stressIndicators: StressIndicators | null;
  hesitationMap: HesitationMap | null;
  hesitationMarkers: HesitationMarkers | null;
  emotions: EmotionsHeard | null;
  confidenceScore: number | null;
  resistanceIndicator: number | null;
  sentimentDepth: number | null;
  engagementScore: number | null;
  activeAus: number[];
  /** The face while it was seen; blinks are counted from five pictures a second on. */
  looks: { seenS: number; gazeAwayShare: number; blinksPerMinute: number | null } | null;
  [field: string]: unknown;
}

/** One face of a picture. */
export interface Face {
  face: number;
  /** In shares of the picture. */
  box: { x: number; y: number; width: number; height: number };
  vad: Vad;
  activeAus: number[];
  actionUnits: ActionUnit[];
  expression: string;
  expressions: Record<string, number>;
  engagementScore: number;
}

/** One picture with its faces. */
export interface Image {
  index: number;
  width: number;
  height: number;
  faces: Face[];
}

/**
 * An analysis: how far it is, and once it is `completed` its whole report.
 *
 * `trustScore` (0..100) says how somebody comes across relative to their own baseline. Where there is too little to go
 * on it is null, and `abstained` says why. It does not say whether anybody is right. Which of the fields are there
 * depends on what was analysed.
 */
export interface Analysis {
  jobId: string;
  kind: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  progress: number;
  stage: string;
  createdAt: string;
  completedAt: string | null;
  analysisId?: string;
  error?: { code: string; message: string; requestId?: string };
  watermark?: string;
  /** The report; its fields stand here too. */
  result?: Record<string, unknown>;

  summary?: string;
  durationS?: number;
  trustScore?: number | null;
  trustInterval?: [number, number] | null;
  abstained?: Abstained | null;
  credibilitySignal?: Series;
  vad?: Vad;
  vadSeries?: Record<string, Series>;
  alerts?: AnalysisAlert[];
  events?: AnalysisEvent[];
  speakers?: Speaker[];
  contributions?: Contributions | null;
  coverage?: Record<string, Coverage>;
  warnings?: string[];
  models?: { id: string; name: string; version: string; licence: string; sha256: string }[];

  activeAus?: number[];
  actionUnits?: ActionUnit[];
  auActivationMap?: FaceActivation[];
  resistanceIndicator?: number | null;
  engagementScore?: number | null;
  engagementSignal?: Series;

  confidenceScore?: number | null;
  hesitationMap?: HesitationMap;
  stressIndicators?: StressIndicators;
  prosody?: SpokenProsody | null;
  emotions?: EmotionsHeard;
  voiceSegments?: VoiceSegment[];

  sentimentDepth?: number | null;
  hesitationMarkers?: HesitationMarkers | null;
  sentences?: Sentence[];

  images?: Image[];
  faceCount?: number;
  expression?: string | null;
  modalities?: Record<string, unknown>;
  [field: string]: unknown;
}
