/**
 * A WebSocket client (RFC 6455) over node:http.
 *
 * Node 20 has no global WebSocket, and the one that later versions have hides why a handshake was refused: the hub's
 * answer says whether the key is wrong, the session unknown or the limit reached, and callers need to know.
 */
import { createHash, randomBytes } from 'node:crypto';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Duplex } from 'node:stream';

import { errorOf } from './answers.js';
import { ConnectionFailed } from './errors.js';
import { FrameReader, frame, Opcode, type Frame } from './socket_frames.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const PING_EVERY_MS = 20_000;
const DEAD_AFTER_MS = 60_000;
const MOST_REFUSAL_BYTES = 64 * 1024;
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
/** What a connection that just broke is said to have been closed with. */
export const LOST = 1006;

/** What an open socket tells. */
export interface SocketEvents {
  onMessage: (text: string) => void;
  onClose: (code: number, reason: string) => void;
}

/** Open a WebSocket. Rejects with the hub's `ApiError` where it refuses, else with `ConnectionFailed`. */
export function openSocket(
  url: string,
  headers: Record<string, string>,
  subprotocol: string,
  events: SocketEvents,
  timeoutMs: number,
): Promise<Socket> {
  const key = randomBytes(16).toString('base64');
  const asked = {
    ...headers,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Protocol': subprotocol,
  };
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestTls : requestPlain;
    const request = send(url, { headers: asked, signal: AbortSignal.timeout(timeoutMs) });
    const fail = (error: Error): void => {
      reject(new ConnectionFailed(`The stream could not be opened (${error.message}).`, { cause: error }));
    };
    request.on('error', fail);
    request.on('response', (answer) => void refusal(answer, url).then(reject, fail));
    request.on('upgrade', (answer, connection, head) => {
      if (answer.headers['sec-websocket-accept'] === accepted(key)) resolve(new Socket(connection, head, events));
      else fail(new Error('the answer is not by a WebSocket server'));
    });
    request.end();
  });
}

/** An open WebSocket. */
export class Socket {
  private readonly reader = new FrameReader();
  private readonly pinging: NodeJS.Timeout;
  private text: Buffer[] = [];
  private isOver = false;

  constructor(
    private readonly connection: Duplex & { setTimeout?: (ms: number, then: () => void) => unknown },
    head: Buffer,
    private readonly events: SocketEvents,
  ) {
    this.pinging = setInterval(() => this.write(Opcode.Ping, Buffer.alloc(0)), PING_EVERY_MS);
    connection.setTimeout?.(DEAD_AFTER_MS, () => connection.destroy());
    connection.on('data', (data: Buffer) => this.take(data));
    connection.on('error', () => connection.destroy());
    connection.on('close', () => this.over(LOST, 'the connection was lost'));
    if (head.length) this.take(head);
  }

  /** Bytes that wait to be sent. */
  get waitingBytes(): number {
    return this.connection.writableLength;
  }

  /** Send a text message. */
  send(text: string): void {
    this.write(Opcode.Text, Buffer.from(text));
  }

  /** Close it: nothing is told any more. */
  close(code = NORMAL): void {
    const body = Buffer.alloc(2);
    body.writeUInt16BE(code);
    this.write(Opcode.Close, body);
    this.over(code, '');
  }

  private write(opcode: Opcode, payload: Buffer): void {
    if (!this.isOver && this.connection.writable) this.connection.write(frame(opcode, payload, randomBytes(4)));
  }

  private take(data: Buffer): void {
    try {
      for (const each of this.reader.read(data)) this.handle(each);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.close(PROTOCOL_ERROR);
      this.events.onClose(PROTOCOL_ERROR, error.message);
    }
  }

  private handle({ opcode, payload, isLast }: Frame): void {
    if (this.isOver) return;
    if (opcode === Opcode.Ping) this.write(Opcode.Pong, payload);
    else if (opcode === Opcode.Close) this.closedBy(payload);
    else if (opcode !== Opcode.Pong) this.collect(payload, isLast);
  }

  private collect(payload: Buffer, isLast: boolean): void {
    this.text.push(payload);
    if (!isLast) return;
    const whole = Buffer.concat(this.text).toString('utf8');
    this.text = [];
    this.events.onMessage(whole);
  }

  private closedBy(payload: Buffer): void {
    const code = payload.length >= 2 ? payload.readUInt16BE() : NORMAL;
    this.write(Opcode.Close, payload.subarray(0, 2));
    const tell = !this.isOver;
    this.over(LOST, '', false);
    if (tell) this.events.onClose(code, payload.subarray(2).toString('utf8'));
  }

  private over(code: number, reason: string, tell = code === LOST): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.pinging);
    this.connection.end();
    if (tell) this.events.onClose(code, reason);
  }
}

async function refusal(answer: IncomingMessage, url: string): Promise<Error> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_REFUSAL_BYTES) break;
    chunks.push(chunk);
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return errorOf(answer.statusCode ?? 0, Object.fromEntries(headers), Buffer.concat(chunks).toString('utf8'), url);
}

function accepted(key: string): string {
  return createHash('sha1').update(key + GUID).digest('base64');
}
