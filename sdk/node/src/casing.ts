/** The API's snake_case as JavaScript's camelCase, and back. */

/** Objects whose keys are data, such as the names of emotions: only what lies below them has field names. */
const KEYS_ARE_DATA = new Set([
  'kinds',
  'indicators',
  'causes',
  'codes',
  'emotion_probabilities',
  'all_predictions',
  'expressions',
]);
/** What callers sent along and get back as it was. */
const THEIRS = new Set(['metadata']);

/** An answer with camelCase names. */
export function toCamel(value: unknown): unknown {
  return renamed(value, camel);
}

/** A request with snake_case names. */
export function toSnake(value: unknown): unknown {
  return renamed(value, snake);
}

function renamed(value: unknown, rename: (name: string) => string, keepKeys = false): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const key = keepKeys ? name : rename(name);
    return [key, THEIRS.has(name) ? item : renamed(item, rename, KEYS_ARE_DATA.has(name))];
  });
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function camel(name: string): string {
  return name.replace(/(?<=[a-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
