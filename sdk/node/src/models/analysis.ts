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

/** Hesitation 0..1 for each second, and the stretches in which it is high. */
export interface HesitationMap {
  perSecond: Series;
  spans: { startS: number; endS: number; speaker: string; intensity: number; causes: Record<string, number> }[];
}

/** Strain against the speaker's own baseline, 0..1; 0.5 is as at the baseline. */
export interface StressIndicators {
  level: number | null;
  perSecond: Series;
  indicators: Record<string, number | null>;
  peaks: Record<string, unknown>[];
}

/** Markers in the words: counts by kind, and each one's place. */
export interface HesitationMarkers {
  words: number;
  filledPauses: string;
  kinds: Record<string, Record<string, unknown>>;
  items: Record<string, unknown>[];
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
  trustScore: number | null;
  trustInterval: [number, number] | null;
  abstained: Abstained | null;
  credibilitySignal: Series;
  vad: Vad | null;
  [field: string]: unknown;
}

/** One face of a picture. */
export interface Face {
  face: number;
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
  contributions?: Record<string, unknown> | null;
  coverage?: Record<string, unknown>;
  warnings?: string[];

  activeAus?: number[];
  actionUnits?: ActionUnit[];
  auActivationMap?: FaceActivation[];
  resistanceIndicator?: number | null;
  engagementScore?: number | null;
  engagementSignal?: Series;

  confidenceScore?: number | null;
  hesitationMap?: HesitationMap;
  stressIndicators?: StressIndicators;
  prosody?: Record<string, unknown> | null;
  emotions?: Record<string, unknown>;

  sentimentDepth?: number | null;
  hesitationMarkers?: HesitationMarkers | null;
  sentences?: Sentence[];

  images?: Image[];
  faceCount?: number;
  expression?: string | null;
  modalities?: Record<string, unknown>;
  [field: string]: unknown;
}
