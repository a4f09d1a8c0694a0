/** Sends calls: signed with the key, tried again where that is safe, and answered with objects or errors. */
import { setTimeout as sleep } from 'node:timers/promises';

import { errorOf, understood } from './answers.js';
import { canReplay, formFields, type Call } from './calls.js';
import { toCamel, toSnake } from './casing.js';
import type { Config } from './config.js';
import { ConnectionFailed, EchoDepthError, TimedOut } from './errors.js';
import { form } from './files.js';
import { Tries, type RetryPolicy } from './retries.js';

/** One hub, and how to call it. */
export class Transport {
  constructor(
    readonly config: Config,
    readonly policy: RetryPolicy,
    private readonly timeoutMs: number,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** The answer with camelCase names. Rejects with `ApiError`, `ConnectionFailed` and `UnexpectedAnswer`. */
  async ask<T>(call: Call): Promise<T> {
    const body = await this.send(call);
    return toCamel(understood(body, this.url(call))) as T;
  }

  /** The body of the successful answer. Rejects with `ApiError` and `ConnectionFailed`. */
  async send(call: Call): Promise<string> {
    const tries = new Tries(this.policy, Math.max(this.policy.patienceMs, call.timeoutMs ?? this.timeoutMs));
    for (;;) {
      try {
        return await this.once(call);
      } catch (error) {
        if (!(error instanceof EchoDepthError) || !canReplay(call)) throw error;
        const wait = tries.wait(error);
        if (wait === undefined) throw error;
        await pause(wait, call.signal);
      }
    }
  }

  private async once(call: Call): Promise<string> {
    const watch = new Watch(call.timeoutMs ?? this.timeoutMs, call.signal);
    try {
      const response = await this.fetch(this.url(call), this.request(call, watch));
      const body = await response.text();
      if (response.ok) return body;
      throw errorOf(response.status, Object.fromEntries(response.headers), body, this.url(call));
    } catch (error) {
      throw watch.explain(error);
    } finally {
      watch.stop();
    }
  }

  private url(call: Call): string {
    const url = new URL(`${this.config.baseUrl}${call.path}`);
    for (const [name, value] of Object.entries(call.params ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  private request(call: Call, watch: Watch): RequestInit {
    const headers: Record<string, string> = this.config.headers();
    if (call.idempotencyKey) headers['Idempotency-Key'] = call.idempotencyKey;
    const request = { method: call.method, headers, signal: watch.signal };
    if (call.files?.length) {
      const { contentType, chunks } = form(formFields(call.fields ?? {}), call.files);
      headers['Content-Type'] = contentType;
      return { ...request, body: watch.over(chunks), duplex: 'half' } as RequestInit;
    }
    if (!call.json) return request;
    headers['Content-Type'] = 'application/json';
    return { ...request, body: JSON.stringify(toSnake(call.json)) };
  }
}

/** Wait; rejects with the signal's reason when it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch {
    signal?.throwIfAborted();
  }
}

/** Ends a call that shows no progress for `ms`; while a body is sent, each of its chunks is progress. */
class Watch {
  private readonly silence = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private unreadable: unknown;
  readonly signal: AbortSignal;

  constructor(
    ms: number,
    private readonly callers?: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.silence.abort(), ms);
    this.signal = callers ? AbortSignal.any([callers, this.silence.signal]) : this.silence.signal;
  }

  over(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.unreadable = error;
          throw error;
        }
        this.timer.refresh();
      },
      cancel: async () => void (await chunks.return(undefined)),
    });
  }

  /** What a failure means: a file that cannot be read and an aborted signal are no faults of the network. */
  explain(error: unknown): unknown {
    if (error instanceof EchoDepthError) return error;
    if (this.unreadable !== undefined) return this.unreadable;
    if (this.callers?.aborted) return this.callers.reason;
    if (this.silence.signal.aborted) return new TimedOut('No answer in time.', { cause: error });
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return new ConnectionFailed(`No answer (${cause instanceof Error ? cause.message : String(cause)}).`, { cause });
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
