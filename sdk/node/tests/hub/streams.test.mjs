// Streams against a running hub: updates and alerts, lost connections, ends.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { EchoDepth, NoFaceDetected, NotFound, Unauthorized, ConnectionFailed } from '@echodepth/sdk';

import { client, media, next, url } from '../support/hub.mjs';
import { proxying } from '../support/proxy.mjs';

const frame = readFileSync(media('frame.jpg'));

test('frames are answered, with alerts as they begin', async () => {
  const session = await client.sessions.create({ alertThresholds: { arousalHigh: 0 } });
  const stream = client.sessions.stream(session.id);
  const alerts = [];
  stream.on('alert', (alert) => alerts.push(alert));
  stream.sendFrame(new Blob([frame]), { timestampMs: 1000, detail: true });
  const first = await next(stream, 'vad');
  stream.sendFrame(frame, { timestampMs: 2000 });
  const second = await next(stream, 'vad');
  stream.close();
  await next(stream, 'close');

  assert.deepEqual([first.sessionId, first.timestampMs, first.dropped], [session.id, 1000, 0]);
  assert.ok(first.aus.length);
  assert.equal(second.alertTriggered, true);
  assert.deepEqual(alerts.map(({ type, threshold, timestampMs }) => [type, threshold, timestampMs]), [['arousal_high', 0, 1000]]);
});

test('a lost connection is made again and the waiting frame sent again', async () => {
  const proxy = await proxying(url);
  const far = new EchoDepth({ baseUrl: proxy.url, retries: { firstMs: 50, longestMs: 200 } });
  const session = await client.sessions.create();
  const stream = far.sessions.stream(session.id);
  stream.sendFrame(frame, { timestampMs: 1000 });
  await next(stream, 'vad');
  proxy.refuse = 2;
  proxy.cut();
  stream.sendFrame(frame, { timestampMs: 2000 });
  const [update] = await Promise.all([next(stream, 'vad'), next(stream, 'open')]);
  stream.close();
  proxy.close();

  assert.equal(update.timestampMs, 2000);
  assert.equal(proxy.refuse, 0);
});

test('the stream is over when the session is', async () => {
  const session = await client.sessions.create();
  const stream = client.sessions.stream(session.id);
  await next(stream, 'open');
  await client.sessions.end(session.id);
  stream.sendFrame(frame);

  assert.deepEqual(await next(stream, 'close'), { sessionEnded: true });
  assert.deepEqual(await next(client.sessions.stream(session.id), 'close'), { sessionEnded: true });
});

test('a frame without a face is a problem, and the stream goes on', async () => {
  const session = await client.sessions.create();
  const stream = client.sessions.stream(session.id);
  stream.sendFrame(readFileSync(media('grey.png')));
  const problem = await next(stream, 'problem');
  stream.sendFrame(frame);
  const update = await next(stream, 'vad');
  stream.close();

  assert.ok(problem instanceof NoFaceDetected);
  assert.ok(update.faces > 0);
});

test('a refused stream says why', async () => {
  const session = await client.sessions.create();
  const cases = [
    [client, 'ses_unknown', NotFound],
    [new EchoDepth({ apiKey: 'ed_live_sk_wrong' }), session.id, Unauthorized],
    [new EchoDepth({ baseUrl: 'http://127.0.0.1:9', retries: { firstMs: 1 } }), session.id, ConnectionFailed],
  ];

  for (const [caller, id, kind] of cases) {
    const stream = caller.sessions.stream(id);
    const [error, closed] = await Promise.all([next(stream, 'error'), next(stream, 'close')]);
    assert.ok(error instanceof kind, `${error}`);
    assert.deepEqual(closed, { sessionEnded: false });
  }
});
