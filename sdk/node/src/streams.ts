/** `client.sessions.stream`: frames in and VAD back over a WebSocket that survives lost connections. */
import { EventEmitter } from 'node:events';

import { messageError } from './answers.js';
import { toCamel } from './casing.js';
import { Conflict, type ApiError } from './errors.js';
import { frameMessage, type StreamFrame, type StreamMessage } from './messages.js';
import type { StreamAlert, Update } from './models/sessions.js';
import { retryWait } from './retries.js';
import { openSocket, type Socket } from './socket.js';
import { pause, type Transport } from './transport.js';

const SUBPROTOCOL = 'echo-depth-v1';
const SESSION_OVER = 4410;
const OPEN_MS = 15_000;
const CONGESTED_BYTES = 1024 * 1024;

/** When the frame was taken (now by default); `detail` adds every Action Unit as `aus`. */
export interface SendOptions {
  timestampMs?: number;
  detail?: boolean;
}

/** Why a stream is over. */
export interface Closed {
  sessionEnded: boolean;
}

/** What a stream tells, by event. */
export interface StreamEvents {
  /** The connection is open, for the first time or again. */
  open: [];
  /** What a frame shows. */
  vad: [Update];
  /** A threshold was crossed: an alert begins. */
  alert: [StreamAlert];
  /** A frame could not be analysed; the stream goes on. */
  problem: [ApiError];
  /** The stream could not be opened, or not again; `close` follows. As with every emitter, somebody has to listen. */
  error: [Error];
  /** The stream is over. */
  close: [Closed];
}

/**
 * An open stream. Frames that come faster than they can be sent are left out, but for the newest. When the connection
 * is lost, it is made again, the session goes on where it stopped, and the newest frame without an answer is sent again.
 */
export class Stream extends EventEmitter<StreamEvents> {
  private socket: Socket | undefined;
  private newest: string | undefined;
  private preparing: Promise<void> = Promise.resolve();
  private waitingFor = 0;
  private isOver = false;

  constructor(
    private readonly transport: Transport,
    private readonly path: string,
  ) {
    super();
    void this.connect(transport.policy.most);
  }

  /** Send a JPEG or PNG of at most 4 MB. */
  sendFrame(given: StreamFrame, options: SendOptions = {}): void {
    const { detail = false, timestampMs = Date.now() } = options;
    this.preparing = this.preparing
      .then(async () => this.put(await frameMessage(given, timestampMs, detail)))
      .catch((error: Error) => this.fail(error));
  }

  /** Close the connection; the session stays open. Frames that were given before are sent first. */
  close(): void {
    void this.preparing.then(() => this.end(false));
  }

  private put(message: string): void {
    this.newest = message;
    if (!this.socket) {
      this.waitingFor = 1;
    } else if (this.socket.waitingBytes < CONGESTED_BYTES) {
      this.waitingFor += 1;
      this.socket.send(message);
    }
  }

  private async connect(most: number): Promise<void> {
    for (let retry = 0; !this.isOver; retry++) {
      try {
        return this.opened(await this.open());
      } catch (error) {
        if (error instanceof Conflict) return this.end(true);
        const wait = retryWait({ ...this.transport.policy, most }, retry, error);
        if (wait === undefined) return this.fail(error as Error);
        await pause(wait);
      }
    }
  }

  private async open(): Promise<Socket> {
    const { config } = this.transport;
    const events = {
      onMessage: (text: string) => this.understand(JSON.parse(text) as StreamMessage),
      onClose: (code: number) => this.lost(code),
    };
    return await openSocket(`${config.baseUrl}${this.path}`, config.headers(), SUBPROTOCOL, events, OPEN_MS);
  }

  private opened(socket: Socket): void {
    if (this.isOver) return socket.close();
    this.socket = socket;
    if (this.waitingFor > 0 && this.newest !== undefined) {
      this.waitingFor = 1;
      socket.send(this.newest);
    }
    this.emit('open');
  }

  private understand(message: StreamMessage): void {
    if (message.type === 'error') {
      this.waitingFor -= 1;
      this.emit('problem', messageError(message.error ?? {}));
    }
    if (message.type !== 'vad') return;
    const update = toCamel(message) as Update;
    this.waitingFor -= 1 + update.dropped;
    this.emit('vad', update);
    if (update.alert) {
      const { sessionId, timestampMs } = update;
      this.emit('alert', { ...update.alert, sessionId, timestampMs });
    }
  }

  private lost(code: number): void {
    this.socket = undefined;
    if (code === SESSION_OVER) this.end(true);
    else void this.connect(this.transport.policy.reconnects);
  }

  private fail(error: Error): void {
    if (this.isOver) return;
    try {
      this.emit('error', error);
    } finally {
      this.end(false);
    }
  }

  private end(sessionEnded: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket?.close();
    this.emit('close', { sessionEnded });
  }
}
