/**
 * Checks that a webhook came from your hub, unchanged and just now.
 *
 * The hub signs by the Standard Webhooks specification (1.0): `webhook-signature` holds `v1` HMAC-SHA256 and `v1a`
 * Ed25519 signatures over `{webhook-id}.{webhook-timestamp}.{body}`, several of them while a secret is rotated. It also
 * sends `X-EchoDepth-Signature: sha256=<hex HMAC of the body>`, keyed by the secret's text; that one holds no time, so
 * alone it proves nothing against a replay.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify as verifyAsymmetric } from 'node:crypto';

import { toCamel } from './casing.js';
import { NotConfigured, SignatureInvalid } from './errors.js';

const TOLERANCE_S = 300;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What happened: `event` is its name, such as `session.alert`; the rest depends on it, and is all there. */
export interface WebhookEvent {
  event: string;
  /** When it happened. */
  timestampMs: number;
  [field: string]: unknown;
}

/** Headers as Node's http, fetch or a framework gives them. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

export interface VerifyOptions {
  /** `whpk_...`: check the Ed25519 signatures instead. */
  publicKeys?: string[];
  /** How old or how far ahead the message may be; 300 by default. */
  toleranceS?: number;
  /** False also takes messages with `X-EchoDepth-Signature` alone, which may be replayed. */
  requireTimestamp?: boolean;
  /** Now, in seconds since 1970. */
  now?: number;
}

/**
 * The event of a genuine webhook. Throws `SignatureInvalid`.
 *
 * `body` is the raw body as it came. `secret` is the endpoint's (`whsec_...`), or several while it is rotated: one match
 * is enough.
 */
export function verify(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | string[] = [],
  options: VerifyOptions = {},
): WebhookEvent {
  const raw = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  const secrets = [secret].flat();
  if (!secrets.length && !options.publicKeys?.length) {
    throw new NotConfigured("Give the endpoint's secret, or the hub's public keys.");
  }
  const found = lowered(headers);
  if (found['webhook-signature'] !== undefined) checkStandard(raw, found, secrets, options);
  else if (options.requireTimestamp ?? true) throw new SignatureInvalid('The message has no webhook-signature header.');
  else checkPlain(raw, found, secrets);
  return event(raw);
}

function checkStandard(raw: Buffer, headers: Record<string, string>, secrets: string[], options: VerifyOptions): void {
  const moment = headers['webhook-timestamp'] ?? '';
  checkTime(moment, options);
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id'] ?? ''}.${moment}.`), raw]);
  const given = (headers['webhook-signature'] ?? '').split(/\s+/).map((part) => part.split(',', 2));
  const of = (version: string): Buffer[] => given.filter((part) => part[0] === version).map((part) => decoded(part[1]));
  const expected = secrets.map((secret) => createHmac('sha256', key(secret)).update(signed).digest());
  const byKey = (options.publicKeys ?? []).map(publicKey);
  const isShared = of('v1').some((theirs) => expected.some((ours) => isSame(ours, theirs)));
  const isPublic = of('v1a').some((theirs) => byKey.some((each) => verifyAsymmetric(null, signed, each, theirs)));
  if (!isShared && !isPublic) {
    throw new SignatureInvalid('No signature of the message is by a secret or key that was given.');
  }
}

function checkTime(moment: string, options: VerifyOptions): void {
  if (!/^\d+$/.test(moment)) throw new SignatureInvalid('The message has no webhook-timestamp header.');
  const now = options.now ?? Date.now() / 1000;
  if (Math.abs(now - Number(moment)) > (options.toleranceS ?? TOLERANCE_S)) {
    throw new SignatureInvalid('The message is too old, or from the future: it may be a replay.');
  }
}

function checkPlain(raw: Buffer, headers: Record<string, string>, secrets: string[]): void {
  const given = Buffer.from(headers['x-echodepth-signature'] ?? '');
  const expected = secrets.map((secret) => `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`);
  if (!expected.some((ours) => isSame(Buffer.from(ours), given))) {
    throw new SignatureInvalid("The message's signature is not by a secret that was given.");
  }
}

function key(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '');
  if (!BASE64.test(text)) throw new NotConfigured("The secret is not one of the hub's: whsec_ and base64.");
  return Buffer.from(text, 'base64');
}

function publicKey(text: string): ReturnType<typeof createPublicKey> {
  const x = Buffer.from(text.replace(/^whpk_/, ''), 'base64').toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch (cause) {
    throw new NotConfigured("A public key is not one of the hub's: whpk_ and base64.", { cause });
  }
}

function decoded(text: string | undefined): Buffer {
  return text !== undefined && BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

function isSame(ours: Buffer, theirs: Buffer): boolean {
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function lowered(headers: WebhookHeaders): Record<string, string> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const single = entries.map(([name, value]) => [name.toLowerCase(), [value].flat()[0]]);
  return Object.fromEntries(single.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function event(raw: Buffer): WebhookEvent {
  try {
    const parsed = toCamel(JSON.parse(raw.toString('utf8'))) as Partial<WebhookEvent> | null;
    if (typeof parsed?.event === 'string' && typeof parsed.timestampMs === 'number') return parsed as WebhookEvent;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SignatureInvalid('The message is genuine, but no event of the hub.');
}
