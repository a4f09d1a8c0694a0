/** `client.sessions`: live sessions. */
import type { AlertThresholds } from './analyse.js';
import { at, get, post, type CallOptions, type PostOptions } from './calls.js';
import type { Session, SessionReport } from './models/sessions.js';
import { Pages, type ListOptions } from './pages.js';
import { Stream } from './streams.js';
import type { Transport } from './transport.js';

const PATH = '/v1/sessions/{}';

/** A new session. Without thresholds the hub's own hold. */
export interface NewSession extends PostOptions {
  label?: string;
  useCase?: string;
  /** Seconds of its opening that later frames are compared with; 60 by default. */
  baselineWindowS?: number;
  alertThresholds?: Omit<AlertThresholds, 'credibilityLow'>;
}

/** One session is one continuous interaction: its opening is the baseline of everything after. */
export class Sessions {
  constructor(private readonly transport: Transport) {}

  /** Open a session. */
  async create(session: NewSession = {}): Promise<Session> {
    const { idempotencyKey, signal, ...json } = session;
    return await this.transport.ask<Session>(post('/v1/sessions', { json, idempotencyKey, signal }));
  }

  /** One session. */
  async get(sessionId: string, options: CallOptions = {}): Promise<Session> {
    return await this.transport.ask<Session>(get(at(PATH, sessionId), options));
  }

  /** Sessions, newest first. */
  list(options: ListOptions & { status?: string } = {}): Pages<Session> {
    const { signal, ...params } = options;
    return new Pages<Session>(this.transport, '/v1/sessions', params, signal);
  }

  /** End a session; its report is made at once. */
  async end(sessionId: string, options: PostOptions = {}): Promise<Session> {
    return await this.transport.ask<Session>(post(at(`${PATH}/end`, sessionId), options));
  }

  /** The report of a session that has ended. Rejects with `Conflict` before that. */
  async report(sessionId: string, options: CallOptions = {}): Promise<SessionReport> {
    return await this.transport.ask<SessionReport>(get(at(`${PATH}/report`, sessionId), options));
  }

  /** Frames in, VAD back, over one connection, which is made again when it is lost. It opens at once. */
  stream(sessionId: string): Stream {
    return new Stream(this.transport, at(`${PATH}/stream`, sessionId));
  }
}
