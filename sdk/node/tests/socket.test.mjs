// The WebSocket client against a server that writes frames byte by byte.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { ConnectionFailed, RateLimited } from '@echodepth/sdk';

import { LOST, openSocket } from '../dist/esm/socket.js';
import { FrameReader, Opcode, frame } from '../dist/esm/socket_frames.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const connections = new Set();
let server;
let url;
let behave;

before(async () => {
  server = createServer();
  server.on('connection', (connection) => connections.add(connection));
  server.on('upgrade', (request, connection) => behave(request, connection));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}/`;
});

after(() => {
  connections.forEach((connection) => connection.destroy());
  server.close();
});

/** Accepts the handshake. */
function accept(request, connection, key = request.headers['sec-websocket-key']) {
  const accepted = createHash('sha1').update(key + GUID).digest('base64');
  connection.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`);
}

/** An unmasked frame, as servers send it. */
function plain(first, payload) {
  const size = payload.length;
  if (size < 126) return Buffer.concat([Buffer.from([first, size]), payload]);
  const head = Buffer.alloc(size < 65536 ? 4 : 10);
  head.set([first, size < 65536 ? 126 : 127]);
  if (size < 65536) head.writeUInt16BE(size, 2);
  else head.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([head, payload]);
}

/** Opens a socket; gives what it tells, in order, and a promise of its end. */
async function opened(server) {
  behave = server;
  const told = [];
  let end;
  const closed = new Promise((resolve) => (end = resolve));
  const events = { onMessage: (text) => told.push(text), onClose: (code, reason) => end([code, reason]) };
  return { told, closed, socket: await openSocket(url, { 'X-Own': 'yes' }, 'own-v1', events, 5000) };
}

const text = (words) => Buffer.from(words);

test('messages are put together from pieces of every size', async () => {
  const long = 'ä'.repeat(70_000);
  const { told, closed } = await opened((request, connection) => {
    accept(request, connection);
    const bytes = Buffer.concat([
      plain(0x01, text('Gr\u00fc').subarray(0, 3)), plain(0x89, text('still there?')), plain(0x80, text('Gr\u00fc\u00dfe').subarray(3)),
      plain(0x81, text('x'.repeat(300))), plain(0x81, text(long)), plain(0x88, Buffer.concat([Buffer.from([0x11, 0x3a]), text('over')])),
    ]);
    for (let at = 0; at < bytes.length; at += 5000) connection.write(bytes.subarray(at, at + 5000));
    connection.write(Buffer.alloc(0));
  });

  assert.deepEqual(await closed, [4410, 'over']);
  assert.deepEqual(told, ['Gr\u00fc\u00dfe', 'x'.repeat(300), long]);
});

test('what it sends is masked, pings are answered, and the handshake is complete', async () => {
  const received = [];
  let asked;
  const { socket } = await opened((request, connection) => {
    asked = request.headers;
    accept(request, connection);
    connection.on('data', (data) => received.push(data));
    connection.write(plain(0x89, text('hello?')));
  });
  for (const size of [5, 200, 70_000]) socket.send('y'.repeat(size));
  while (Buffer.concat(received).length < 70_200 + 40) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.close();

  const seen = unmasked(Buffer.concat(received));
  assert.deepEqual(seen.map(([opcode, payload]) => [opcode, payload.length]).sort((a, b) => a[1] - b[1]), [
    [Opcode.Text, 5], [Opcode.Pong, 6], [Opcode.Text, 200], [Opcode.Text, 70_000],
  ]);
  assert.equal(asked['sec-websocket-protocol'], 'own-v1');
  assert.equal(asked['sec-websocket-version'], '13');
  assert.equal(asked['x-own'], 'yes');
});

/** The frames a client sent. */
function unmasked(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    assert.ok(bytes[at + 1] & 0x80, 'every frame of a client is masked');
    const coded = bytes[at + 1] & 0x7f;
    const [start, size] = coded < 126 ? [2, coded] : coded === 126 ? [4, bytes.readUInt16BE(at + 2)] : [10, Number(bytes.readBigUInt64BE(at + 2))];
    const mask = bytes.subarray(at + start, at + start + 4);
    const payload = Buffer.from(bytes.subarray(at + start + 4, at + start + 4 + size)).map((byte, index) => byte ^ mask[index % 4]);
    found.push([bytes[at] & 0x0f, payload]);
    at += start + 4 + size;
  }
  return found;
}

for (const [what, bytes] of [
  ['a masked frame', frame(Opcode.Text, text('no'), Buffer.alloc(4))],
  ['reserved bits', plain(0xc1, text('no'))],
  ['a message without end', Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0])],
]) {
  test(`${what} ends the connection`, async () => {
    const { closed, told } = await opened((request, connection) => {
      accept(request, connection);
      connection.write(bytes);
    });

    assert.equal((await closed)[0], 1002);
    assert.deepEqual(told, []);
  });
}

test('a connection that breaks is told apart from one that is closed', async () => {
  const { closed } = await opened((request, connection) => {
    accept(request, connection);
    setTimeout(() => connection.destroy(), 20);
  });

  assert.equal((await closed)[0], LOST);
});

test('whoever does not know the key is no WebSocket server', async () => {
  await assert.rejects(opened((request, connection) => accept(request, connection, 'other')), ConnectionFailed);
});

test('a refusal is the error that the hub would give to any call', async () => {
  const body = '{"error": {"code": "rate_limited", "message": "too many", "request_id": "req_9"}}';
  const refused = await opened((_, connection) => {
    connection.end(`HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }).catch((error) => error);

  assert.ok(refused instanceof RateLimited, `${refused}`);
  assert.deepEqual([refused.retryAfter, refused.code, refused.requestId], [7, 'rate_limited', 'req_9']);
});

test('a frame may come in any number of pieces', () => {
  const reader = new FrameReader();
  const bytes = plain(0x81, text('z'.repeat(200)));

  const found = [...bytes].flatMap((byte) => [...reader.read(Buffer.from([byte]))]);

  assert.deepEqual(found.map(({ isLast, opcode, payload }) => [isLast, opcode, payload.length]), [[true, Opcode.Text, 200]]);
});
