/** What can be uploaded, and forms that stream it. Files are never read whole. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path, a file: URL, bytes, a Blob or File, or a stream (which can be sent only once, so never again). */
export type FileInput = string | URL | Uint8Array | ArrayBuffer | Blob | AsyncIterable<Uint8Array>;

/** One file of a form: the field's name, and what it is. `name` is the file's name where it has none. */
export interface Part {
  field: string;
  content: FileInput;
  name: string;
}

/** A form as it is sent. */
export interface Form {
  contentType: string;
  chunks: AsyncGenerator<Uint8Array>;
}

const TYPES: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.vtt': 'text/vtt',
  '.pdf': 'application/pdf',
};

/** One part for each file given. */
export function parts(field: string, given: FileInput | FileInput[] | null | undefined, name = 'file'): Part[] {
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? given : [given]).map((content) => ({ field, content, name }));
}

/** Whether it can be sent twice. */
export function isReplayable(part: Part): boolean {
  return !(typeof part.content === 'object' && Symbol.asyncIterator in part.content);
}

/** A form of fields and files (RFC 7578), made while it is sent. */
export function form(fields: Record<string, string | string[]>, files: Part[]): Form {
  const boundary = `echodepth-${randomUUID()}`;
  return { contentType: `multipart/form-data; boundary=${boundary}`, chunks: chunks(boundary, fields, files) };
}

async function* chunks(
  boundary: string,
  fields: Record<string, string | string[]>,
  files: Part[],
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const [name, given] of Object.entries(fields)) {
    for (const value of [given].flat()) {
      yield encoder.encode(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    }
  }
  for (const part of files) {
    const [name, type] = described(part);
    const head = `Content-Disposition: form-data; name="${part.field}"; filename="${quoted(name)}"`;
    yield encoder.encode(`--${boundary}\r\n${head}\r\nContent-Type: ${type}\r\n\r\n`);
    yield* content(part.content);
    yield encoder.encode('\r\n');
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

async function* content(given: FileInput): AsyncGenerator<Uint8Array> {
  if (typeof given === 'string' || given instanceof URL) yield* createReadStream(path(given));
  else if (given instanceof Blob) yield* given.stream() as AsyncIterable<Uint8Array>;
  else if (given instanceof ArrayBuffer) yield new Uint8Array(given);
  else if (given instanceof Uint8Array) yield given;
  else yield* given;
}

function described(part: Part): [name: string, type: string] {
  const given = part.content;
  const name = typeof given === 'string' || given instanceof URL ? basename(path(given)) : (named(given) ?? part.name);
  const own = given instanceof Blob ? given.type.replace(/[\r\n]/g, '') : '';
  return [name, own || (TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream')];
}

/** A File's own name, or that of a stream that reads a file. */
function named(given: object): string | undefined {
  if ('name' in given && typeof given.name === 'string' && given.name) return basename(given.name);
  return 'path' in given && typeof given.path === 'string' && given.path ? basename(given.path) : undefined;
}

function path(given: string | URL): string {
  return typeof given === 'string' ? given : fileURLToPath(given);
}

function quoted(name: string): string {
  return name.replace(/["\r\n\\]/g, '_');
}
