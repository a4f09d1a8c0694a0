/** Messages of a stream. */
import type { ToldError } from './answers.js';

/** A picture that can be sent at once. */
export type StreamFrame = Uint8Array | ArrayBuffer | Blob;

/** What the hub says, as far as this client understands it. */
export interface StreamMessage {
  type: string;
  error?: ToldError;
  [field: string]: unknown;
}

const PNG = 0x89;

/** A frame as the stream takes it. */
export async function frameMessage(given: StreamFrame, timestampMs: number, detail: boolean): Promise<string> {
  const bytes = await bytesOf(given);
  const type = bytes[0] === PNG ? 'image/png' : 'image/jpeg';
  const data = `data:${type};base64,${bytes.toString('base64')}`;
  return JSON.stringify({ type: 'frame', data, timestamp_ms: timestampMs, ...(detail ? { detail: 'aus' } : {}) });
}

async function bytesOf(given: StreamFrame): Promise<Buffer> {
  if (given instanceof Blob) return Buffer.from(await given.arrayBuffer());
  return given instanceof ArrayBuffer ? Buffer.from(given) : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
}
