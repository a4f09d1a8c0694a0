/** `client.speech` and `client.emotion`: speech emotion. */
import { at, get, post, type CallOptions, type PostOptions } from './calls.js';
import { AnalysisCancelled, AnalysisFailed, AnalysisTimedOut } from './errors.js';
import { parts, type FileInput } from './files.js';
import type { EmotionRecording, EmotionResult, SpeechBatch, SpeechResult } from './models/speech.js';
import { isDone } from './results.js';
import { pause, type Transport } from './transport.js';

const BATCH_MS = 600_000;
const LOOK_EVERY_MS = 500;

export type Vertical = 'contact_center' | 'healthcare' | 'sales' | 'education' | 'finance';
/** `prediction` needs a `sessionId`. */
export type Feature = 'emotion' | 'prosody' | 'vad' | 'vertical' | 'prediction';

/** One clip of at most 25 MB. */
export interface Clip extends PostOptions {
  audio?: FileInput;
  audioUrl?: string;
  vertical?: Vertical;
  features?: Feature[];
  transcript?: string;
  speakerId?: string;
  sessionId?: string;
  metadata?: Record<string, unknown>;
}

/** One clip of several, at an address or as bytes. */
export interface BatchItem {
  id: string;
  audio?: Uint8Array;
  audioUrl?: string;
  transcript?: string;
}

/** Up to twenty clips. */
export interface Batch extends PostOptions {
  items: BatchItem[];
  vertical?: Vertical;
  features?: Feature[];
}

/** A recording of 5 seconds or more: one emotion for each `interval` seconds, in a vocabulary of 4, 5 or 7. */
export interface EmotionInput extends PostOptions {
  file?: FileInput;
  url?: string;
  model?: 4 | 5 | 7;
  interval?: number;
  /** False gives the job at once: `emotion.wait(requestId)` waits for it. */
  wait?: boolean;
  timeoutMs?: number;
}

/** Clips in 14 emotions, with prosody and what they mean for a line of work. */
export class Speech {
  constructor(private readonly transport: Transport) {}

  /** Analyse one clip. */
  async analyze(clip: Clip = {}): Promise<SpeechResult> {
    const { audio, features, idempotencyKey, signal, ...rest } = clip;
    if ((audio === undefined) === (rest.audioUrl === undefined)) throw new TypeError('give either audio or audioUrl');
    const files = parts('audio', audio, 'clip.wav');
    const body = files.length
      ? { files, fields: { ...rest, features: features?.join(',') } }
      : { json: { ...rest, features } };
    return await this.transport.ask<SpeechResult>(post('/v1/analyze', { ...body, idempotencyKey, signal }));
  }

  /** Analyse several. A clip that cannot be analysed has an `error` in its place. */
  async batch(batch: Batch): Promise<SpeechBatch> {
    if (!batch?.items) throw new TypeError('there are no clips: give items');
    const { idempotencyKey, items, signal, ...rest } = batch;
    const json = { ...rest, items: items.map(encoded) };
    const call = post('/v1/analyze/batch', { json, idempotencyKey, signal, timeoutMs: BATCH_MS });
    return await this.transport.ask<SpeechBatch>(call);
  }
}

/** Clips and recordings in a vocabulary of 4, 5 or 7 emotions. */
export class Emotion {
  constructor(private readonly transport: Transport) {}

  /** The emotion of 4 to 10 seconds of speech. */
  async discrete(input: { file: FileInput; model?: 4 | 5 | 7 } & PostOptions): Promise<EmotionResult> {
    if (!input?.file) throw new TypeError('there is no clip: give a file');
    const { file, idempotencyKey, model, signal } = input;
    const body = { files: parts('file', file, 'clip.wav'), fields: { model }, idempotencyKey, signal };
    return await this.transport.ask<EmotionResult>(post('/v1/emotion/discrete', body));
  }

  /** The emotions of a recording. Rejects with `AnalysisFailed` and `AnalysisTimedOut`. */
  async recording(input: EmotionInput = {}): Promise<EmotionRecording> {
    const { file, idempotencyKey, signal, timeoutMs, wait, ...rest } = input;
    if (file === undefined && rest.url === undefined) throw new TypeError('there is no recording: give a file or a url');
    const files = parts('file', file, 'recording.wav');
    const body = files.length ? { files, fields: rest } : { json: rest };
    const call = post('/v1/emotion/async', { ...body, idempotencyKey, signal });
    const found = await this.transport.ask<EmotionRecording>(call);
    return wait === false ? found : await this.wait(found.requestId, { signal, timeoutMs });
  }

  /** How far a recording is, and its emotions once it is completed. */
  async get(requestId: string, options: CallOptions = {}): Promise<EmotionRecording> {
    return await this.transport.ask<EmotionRecording>(get(at('/v1/emotion/async/{}', requestId), options));
  }

  /** A recording's emotions, as soon as they are there. */
  async wait(requestId: string, options: CallOptions & { timeoutMs?: number } = {}): Promise<EmotionRecording> {
    const { signal, timeoutMs } = options;
    const ends = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    for (;;) {
      const found = await this.get(requestId, { signal });
      if (isDone(found)) return completed(found);
      if (performance.now() + LOOK_EVERY_MS > ends) throw new AnalysisTimedOut(requestId, timeoutMs ?? 0);
      await pause(LOOK_EVERY_MS, signal);
    }
  }
}

function completed(found: EmotionRecording): EmotionRecording {
  if (found.status === 'cancelled') throw new AnalysisCancelled(found.requestId);
  if (found.error) throw new AnalysisFailed(found.error.message, found.requestId, found.error.code);
  return found;
}

function encoded(item: BatchItem): Record<string, unknown> {
  const { audio, ...rest } = item;
  return audio ? { ...rest, audioBase64: Buffer.from(audio).toString('base64') } : rest;
}
