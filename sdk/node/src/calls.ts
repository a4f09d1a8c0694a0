/** One request to the API, described before it is sent. */
import { randomUUID } from 'node:crypto';

import { toSnake } from './casing.js';
import { isReplayable, type Part } from './files.js';

/** What to send. `fields` and `files` make a form, `json` a JSON body; undefined values are left out. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  params?: Record<string, string | number | undefined>;
  json?: Record<string, unknown>;
  fields?: Record<string, unknown>;
  files?: Part[];
  idempotencyKey?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What every method takes. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What methods that do something take. */
export interface PostOptions extends CallOptions {
  /** Sent twice with the same key, it is done once. Made up where it is not given. */
  idempotencyKey?: string;
}

type Rest = Omit<Call, 'method' | 'path'>;

/** Read something. */
export function get(path: string, rest: Rest = {}): Call {
  return { method: 'GET', path, ...rest };
}

/** Remove something. */
export function remove(path: string, rest: Rest = {}): Call {
  return { method: 'DELETE', path, ...rest };
}

/** Change something; what is undefined stays. Done twice it is the same as once. */
export function patch(path: string, rest: Rest = {}): Call {
  return { method: 'PATCH', path, ...rest };
}

/** Do something once, however often the call is sent. */
export function post(path: string, rest: Rest = {}): Call {
  const idempotencyKey = rest.idempotencyKey ?? randomUUID();
  if (!/^[ -~]+$/.test(idempotencyKey)) {
    throw new TypeError('an idempotency key has no other characters than printable ones of ASCII');
  }
  return { method: 'POST', path, ...rest, idempotencyKey };
}

/** Whether it can be sent again. */
export function canReplay(call: Call): boolean {
  return (call.files ?? []).every(isReplayable);
}

/** A path with an identifier in it, which cannot lead elsewhere. */
export function at(template: string, identifier: string): string {
  if (!identifier) throw new TypeError('an identifier must not be empty');
  return template.replace('{}', encodeURIComponent(identifier));
}

/** Values as a form has them: text, lists of text, and objects as JSON. */
export function formFields(values: Record<string, unknown>): Record<string, string | string[]> {
  const named = toSnake(values) as Record<string, unknown>;
  const given = Object.entries(named).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, fieldText(value)]));
}

function fieldText(value: unknown): string | string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
