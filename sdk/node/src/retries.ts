/**
 * Whether a call that failed is made again, and when. Pure: chance is passed in.
 *
 * Sent again is only what cannot do harm: reading and deleting, and POSTs, which all carry an `Idempotency-Key`, so
 * that the hub does the work once however often it is asked. Bodies that can be read only once are never sent again.
 */
import { ApiError, Conflict, ConnectionFailed } from './errors.js';

const WORTH_IT = new Set([408, 429, 502, 503, 504]);

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

/** Milliseconds until the retry of this number (from 0); undefined when there is to be none. */
export function retryWait(policy: RetryPolicy, retry: number, error: unknown): number | undefined {
  if (retry >= policy.most || !isWorthIt(error)) return undefined;
  const asked = error instanceof ApiError ? error.retryAfter : null;
  if (asked === null) return backoff(policy, retry);
  return asked * 1000 > policy.patienceMs ? undefined : asked * 1000 + policy.chance() * Math.min(1000, policy.firstMs);
}

/**
 * The tries of one call so far.
 *
 * When one got no answer, the hub may still be at work for it: then a "conflict" with `Retry-After` says just that. It
 * is no failure and not counted, but waited for, at most `underWayMs`.
 */
export class Tries {
  private failures = 0;
  private unanswered = false;
  private looks = 0;
  private waitedMs = 0;

  constructor(
    private readonly policy: RetryPolicy,
    private readonly underWayMs: number,
  ) {}

  /** Milliseconds until the next one, after this error; undefined when there is to be none. */
  wait(error: unknown): number | undefined {
    if (this.unanswered && isUnderWay(error)) return this.waitForTheOther();
    const wait = retryWait(this.policy, this.failures++, error);
    this.unanswered ||= error instanceof ConnectionFailed;
    return wait;
  }

  private waitForTheOther(): number | undefined {
    if (this.waitedMs >= this.underWayMs) return undefined;
    const wait = backoff(this.policy, this.looks++);
    this.waitedMs += wait;
    return wait;
  }
}

function backoff(policy: RetryPolicy, retry: number): number {
  return Math.min(policy.longestMs, policy.firstMs * 2 ** retry) * (0.5 + policy.chance() / 2);
}

function isWorthIt(error: unknown): boolean {
  return error instanceof ConnectionFailed || (error instanceof ApiError && WORTH_IT.has(error.status));
}

function isUnderWay(error: unknown): boolean {
  return error instanceof Conflict && error.retryAfter !== null;
}
