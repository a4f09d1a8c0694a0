/** `client.results`: how far analyses are, and their reports. */
import { at, get, remove, type CallOptions } from './calls.js';
import { AnalysisCancelled, AnalysisFailed, AnalysisTimedOut } from './errors.js';
import type { Analysis } from './models/analysis.js';
import { pause, type Transport } from './transport.js';

const PATH = '/v1/result/{}';
const FIRST_LOOK_MS = 200;
const LONGEST_MS = 3000;
const GROWTH = 1.3;

/** How to wait for an analysis. */
export interface WaitOptions extends CallOptions {
  /** Told each time the analysis is looked at: `progress` goes from 0 to 1, `stage` is a word. */
  onProgress?: (analysis: Analysis) => void;
  /** After this long, give up waiting; the analysis goes on. */
  timeoutMs?: number;
}

/** Analyses by their `jobId`. */
export class Results {
  constructor(private readonly transport: Transport) {}

  /** How far it is, and its report once it is completed. */
  async get(jobId: string, options: CallOptions = {}): Promise<Analysis> {
    return await this.transport.ask<Analysis>(get(at(PATH, jobId), { signal: options.signal }));
  }

  /** End an analysis that is under way, or forget the report of one that is done. */
  async cancel(jobId: string): Promise<void> {
    await this.transport.send(remove(at(PATH, jobId)));
  }

  /** The report, as soon as there is one. Rejects with `AnalysisFailed`, `AnalysisCancelled`, `AnalysisTimedOut`. */
  async wait(jobId: string, options: WaitOptions = {}): Promise<Analysis> {
    const { onProgress, signal, timeoutMs } = options;
    const ends = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    for (let ms = FIRST_LOOK_MS; ; ms = Math.min(LONGEST_MS, ms * GROWTH)) {
      const found = await this.get(jobId, { signal });
      onProgress?.(found);
      if (isDone(found)) return completed(found);
      if (performance.now() + ms > ends) throw new AnalysisTimedOut(jobId, timeoutMs ?? 0);
      await pause(ms, signal);
    }
  }
}

/** Whether it has ended, well or not. */
export function isDone(found: { status: string }): boolean {
  return found.status !== 'queued' && found.status !== 'running';
}

/** The same, where it went well. Throws `AnalysisFailed` and `AnalysisCancelled`. */
export function completed(found: Analysis): Analysis {
  if (found.status === 'cancelled') throw new AnalysisCancelled(found.jobId);
  if (found.status !== 'failed') return found;
  const { message = 'The analysis failed.', code = 'internal_error', requestId = null } = found.error ?? {};
  throw new AnalysisFailed(message, found.jobId, code, requestId);
}
