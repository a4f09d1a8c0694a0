/**
 * Whether a call that failed is made again, and when. Pure: chance is passed in.
 *
 * Sent again is only what cannot do harm: reading and deleting, and POSTs, which all carry an `Idempotency-Key`, so
 * that the hub does the work once however often it is asked. Bodies that can be read only once are never sent again.
 */
import { ApiError, ConnectionFailed } from './errors.js';

const WORTH_IT = new Set([408, 429, 502, 503, 504]);
const STILL_UNDER_WAY = 409;

/** `most` retries after the first try; waits double from `firstMs` to `longestMs`, each with jitter. */
export interface RetryPolicy {
  most: number;
  /** Tries to open a lost stream again. */
  reconnects: number;
  firstMs: number;
  longestMs: number;
  /** `Retry-After` is honoured where it is at most this; a longer one ends the retries at once. */
  patienceMs: number;
  chance: () => number;
}

export const DEFAULT_RETRIES: RetryPolicy = {
  most: 2,
  reconnects: 8,
  firstMs: 500,
  longestMs: 8000,
  patienceMs: 60_000,
  chance: Math.random,
};

/**
 * Milliseconds until the retry of this number (from 0); undefined when there is to be none.
 *
 * `unansweredBefore`: an earlier try got no answer, so it may be under way, and "conflict" means just that.
 */
export function retryWait(
  policy: RetryPolicy,
  retry: number,
  error: unknown,
  unansweredBefore = false,
): number | undefined {
  if (retry >= policy.most || !isWorthIt(error, unansweredBefore)) return undefined;
  const asked = error instanceof ApiError ? error.retryAfter : null;
  if (asked !== null) {
    return asked * 1000 > policy.patienceMs ? undefined : asked * 1000 + policy.chance() * Math.min(1000, policy.firstMs);
  }
  return Math.min(policy.longestMs, policy.firstMs * 2 ** retry) * (0.5 + policy.chance() / 2);
}

function isWorthIt(error: unknown, unansweredBefore: boolean): boolean {
  if (error instanceof ConnectionFailed) return true;
  if (!(error instanceof ApiError)) return false;
  return WORTH_IT.has(error.status) || (unansweredBefore && error.status === STILL_UNDER_WAY);
}
