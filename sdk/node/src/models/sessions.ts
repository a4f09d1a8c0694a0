/** What sessions, frames and streams give. */
import type { ActionUnit, Vad } from './base.js';

/** One continuous interaction. `id` and `sessionId` are the same. */
export interface Session {
  id: string;
  sessionId: string;
  label: string;
  useCase: string | null;
  baselineWindowS: number;
  alertThresholds: Record<string, number>;
  status: string;
  frameCount: number;
  createdAt: string;
  expiresAt: string | null;
  endedAt: string | null;
  watermark: string | null;
}

/** The threshold that was crossed. */
export interface FrameAlert {
  type: string;
  value: number;
  threshold: number;
}

/** An alert of a stream. */
export interface StreamAlert extends FrameAlert {
  sessionId: string;
  timestampMs: number;
}

/** What one frame shows. `alert` is there when an alert begins with this frame. */
export interface Frame {
  frameId: string;
  sessionId: string;
  timestampMs: number;
  vad: Vad;
  activeAus: number[];
  alertTriggered: boolean;
  alertReason: string | null;
  alert: FrameAlert | null;
  faces: number;
  aus?: ActionUnit[] | null;
  watermark?: string | null;
}

/** A frame's answer in a stream. `dropped` counts frames left out since the last: newer ones had come. */
export interface Update extends Frame {
  dropped: number;
}

/** Valence, arousal and dominance; null without any frame. */
export interface ShortVad {
  v: number | null;
  a: number | null;
  d: number | null;
}

/** A session as a whole. */
export interface SessionReport {
  sessionId: string;
  label: string;
  durationS: number;
  frameCount: number;
  baselineVad: ShortVad;
  meanVad: ShortVad;
  alerts: (FrameAlert & { timestampMs: number; sessionOffsetS: number })[];
  trend: (ShortVad & { sessionOffsetS: number })[];
  summary: string;
}
