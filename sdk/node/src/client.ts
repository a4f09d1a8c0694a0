/** `EchoDepth`: the API, by what it is about. */
import { Analyse } from './analyse.js';
import { configured } from './config.js';
import { Deliveries, Messages } from './deliveries.js';
import { Frames } from './frames.js';
import { Meetings } from './meetings.js';
import { Results } from './results.js';
import { DEFAULT_RETRIES, type RetryPolicy } from './retries.js';
import { Sessions } from './sessions.js';
import { Emotion, Speech } from './speech.js';
import { Transport } from './transport.js';
import { WebhookEndpoints } from './webhook_endpoints.js';

const TIMEOUT_MS = 60_000;

/** How to reach the hub. */
export interface ClientOptions {
  /** ECHODEPTH_API_KEY where it is not given. */
  apiKey?: string;
  /** ECHODEPTH_BASE_URL where it is not given. */
  baseUrl?: string;
  /** Ends a call that shows no progress for this long; 60,000 by default. */
  timeoutMs?: number;
  retries?: Partial<RetryPolicy>;
  /** Replaces the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** A client of one hub. */
export class EchoDepth {
  readonly analyse: Analyse;
  readonly results: Results;
  readonly sessions: Sessions;
  readonly frames: Frames;
  readonly speech: Speech;
  readonly emotion: Emotion;
  readonly meetings: Meetings;
  readonly deliveries: Deliveries;
  readonly messages: Messages;
  readonly webhookEndpoints: WebhookEndpoints;

  constructor(options: ClientOptions = {}) {
    const config = configured(options.apiKey, options.baseUrl);
    const policy = { ...DEFAULT_RETRIES, ...options.retries };
    const call = options.fetch ?? ((...request) => globalThis.fetch(...request));
    const transport = new Transport(config, policy, options.timeoutMs ?? TIMEOUT_MS, call);
    this.results = new Results(transport);
    this.analyse = new Analyse(transport, this.results);
    this.sessions = new Sessions(transport);
    this.frames = new Frames(transport);
    this.speech = new Speech(transport);
    this.emotion = new Emotion(transport);
    this.meetings = new Meetings(transport);
    this.deliveries = new Deliveries(transport);
    this.messages = new Messages(transport);
    this.webhookEndpoints = new WebhookEndpoints(transport);
  }
}
