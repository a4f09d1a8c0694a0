/** WebSocket frames as bytes (RFC 6455, section 5). */

const enum Bits {
  Last = 0x80,
  Reserved = 0x70,
  Masked = 0x80,
  Length = 0x7f,
}
const SHORT = 126;
const LONG = 127;
const MOST_BYTES = 16 * 1024 * 1024;

/** What a frame is. */
export enum Opcode {
  Continuation = 0x0,
  Text = 0x1,
  Binary = 0x2,
  Close = 0x8,
  Ping = 0x9,
  Pong = 0xa,
}

/** One frame as it came. */
export interface Frame {
  opcode: Opcode;
  payload: Buffer;
  isLast: boolean;
}

/** A whole message as one masked frame, as clients send it. */
export function frame(opcode: Opcode, payload: Buffer, mask: Buffer): Buffer {
  const masked = Buffer.from(payload);
  for (let index = 0; index < masked.length; index++) masked[index]! ^= mask[index % 4]!;
  return Buffer.concat([head(opcode, payload.length), mask, masked]);
}

/** Cuts what comes into frames. */
export class FrameReader {
  private held: Buffer = Buffer.alloc(0);

  /** The frames that are complete now. Throws `RangeError` for what no server may send. */
  *read(data: Buffer): Generator<Frame> {
    this.held = this.held.length ? Buffer.concat([this.held, data]) : data;
    for (let next = this.next(); next; next = this.next()) yield next;
  }

  private next(): Frame | undefined {
    if (this.held.length < 2) return undefined;
    const [first, second] = [this.held[0]!, this.held[1]!];
    if (first & Bits.Reserved || second & Bits.Masked) throw new RangeError('the server sent a frame that is not valid');
    const size = this.size(second & Bits.Length);
    if (size === undefined || this.held.length < size.start + size.length) return undefined;
    const payload = this.held.subarray(size.start, size.start + size.length);
    this.held = this.held.subarray(size.start + size.length);
    return { opcode: first & 0x0f, payload, isLast: (first & Bits.Last) !== 0 };
  }

  private size(coded: number): { start: number; length: number } | undefined {
    if (coded < SHORT) return { start: 2, length: coded };
    const start = coded === SHORT ? 4 : 10;
    if (this.held.length < start) return undefined;
    const length = coded === SHORT ? this.held.readUInt16BE(2) : Number(this.held.readBigUInt64BE(2));
    if (length > MOST_BYTES) throw new RangeError('the server sent a message that is too large');
    return { start, length };
  }
}

function head(opcode: Opcode, length: number): Buffer {
  if (length < SHORT) return Buffer.from([Bits.Last | opcode, Bits.Masked | length]);
  if (length < 0x10000) {
    const short = Buffer.from([Bits.Last | opcode, Bits.Masked | SHORT, 0, 0]);
    short.writeUInt16BE(length, 2);
    return short;
  }
  const long = Buffer.alloc(10);
  long.set([Bits.Last | opcode, Bits.Masked | LONG]);
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
