/** `client.frames`: single frames of a session. */
import { at, post, type PostOptions } from './calls.js';
import { parts, type FileInput } from './files.js';
import type { Frame } from './models/sessions.js';
import type { Transport } from './transport.js';

/** When it was taken, in milliseconds since 1970 (now by default); `detail` adds every Action Unit as `aus`. */
export interface FrameOptions extends PostOptions {
  timestampMs?: number;
  detail?: boolean;
}

/** Frames one by one; for many, `sessions.stream` is faster. */
export class Frames {
  constructor(private readonly transport: Transport) {}

  /**
   * Analyse a JPEG or PNG of at most 4 MB against the session's baseline.
   * Rejects with `NoFaceDetected`, `PayloadTooLarge`, and `Conflict` where the session has ended.
   */
  async analyse(sessionId: string, frame: FileInput, options: FrameOptions = {}): Promise<Frame> {
    const { detail, idempotencyKey, signal, timestampMs } = options;
    const call = post(at('/v1/sessions/{}/frames', sessionId), {
      params: detail ? { detail: 'aus' } : {},
      files: parts('frame', frame, 'frame.jpg'),
      fields: { timestampMs },
      idempotencyKey,
      signal,
    });
    return await this.transport.ask<Frame>(call);
  }
}
