// What is sent again, how long is waited, and what is given up. The transport is a fake one.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import {
  Conflict, ConnectionFailed, DEFAULT_RETRIES, EchoDepth, NotConfigured, RateLimited, ServerError, TimedOut,
  UnexpectedAnswer, VERSION,
} from '@echodepth/sdk';
import { readFileSync } from 'node:fs';

const QUICK = { firstMs: 1, longestMs: 5 };
const good = () => Response.json({ id: 'ses_1', session_id: 'ses_1', use_case: null, new_field: { deep_er: 1 } });
const broken = () => {
  throw new TypeError('fetch failed', { cause: new Error('reset') });
};
const refusal = (status, headers = {}) => () =>
  Response.json({ error: { code: 'x', message: 'no', request_id: 'req_1' } }, { status, headers });

function answering(...given) {
  const [answers, options] = Array.isArray(given[0]) ? given : [given, {}];
  const asked = [];
  const fetch = async (url, request) => {
    const body = request.body instanceof ReadableStream ? await new Response(request.body).text() : request.body;
    asked.push({ url, ...request, body });
    return answers.shift()(request);
  };
  return { asked, client: new EchoDepth({ apiKey: 'key', baseUrl: 'https://hub.test', fetch, retries: QUICK, ...options }) };
}

const underWay = refusal(409, { 'Retry-After': '1' });

test('a first try that is still under way is waited for, however often it takes, under the same key', async () => {
  const { asked, client } = answering(broken, ...Array(12).fill(underWay), good);

  assert.equal((await client.sessions.create()).id, 'ses_1');
  assert.equal(asked.length, 14);
  assert.equal(new Set(asked.map((request) => request.headers['Idempotency-Key'])).size, 1);
});

test('it is waited for no longer than the call may take', async () => {
  const { asked, client } = answering([broken, ...Array(60).fill(underWay)], { timeoutMs: 40, retries: { ...QUICK, patienceMs: 20 } });

  await assert.rejects(client.sessions.create(), Conflict);
  assert.ok(asked.length > 8 && asked.length < 40, `${asked.length}`);
});

test('any other conflict after a lost answer is the caller\'s', async () => {
  const { asked, client } = answering(broken, refusal(409));

  await assert.rejects(client.sessions.create(), Conflict);
  assert.equal(asked.length, 2);
});

test('a conflict of its own is no reason to try again', async () => {
  const { asked, client } = answering(refusal(409));

  await assert.rejects(client.sessions.create(), Conflict);
  assert.equal(asked.length, 1);
});

test('an upload is sent again whole, but not one that can be read only once', async () => {
  const { asked, client } = answering(refusal(503), good);
  await client.frames.analyse('ses_1', Buffer.from('picture'), { timestampMs: 5 });
  assert.equal(asked.length, 2);
  for (const { body, headers } of asked) {
    const [, boundary] = headers['Content-Type'].split('boundary=');
    assert.equal(body, [
      `--${boundary}`, 'Content-Disposition: form-data; name="timestamp_ms"', '', '5',
      `--${boundary}`, 'Content-Disposition: form-data; name="frame"; filename="frame.jpg"', 'Content-Type: image/jpeg', '',
      'picture', `--${boundary}--`, '',
    ].join('\r\n'));
  }

  const once = answering(refusal(503));
  await assert.rejects(once.client.frames.analyse('ses_1', Readable.from([Buffer.from('x')])), ServerError);
  assert.equal(once.asked.length, 1);
});

test('what is refused for good is sent once', async () => {
  const { asked, client } = answering(refusal(500));

  await assert.rejects(client.sessions.get('ses_1'), ServerError);
  assert.equal(asked.length, 1);
});

test('it gives up after the last retry', async () => {
  const { asked, client } = answering(broken, broken, broken);

  await assert.rejects(client.sessions.get('ses_1'), (error) => error instanceof ConnectionFailed && /reset/.test(error.message));
  assert.equal(asked.length, 1 + DEFAULT_RETRIES.most);
});

test('what the hub asks to wait is waited', async () => {
  const { client } = answering(refusal(429, { 'Retry-After': '1' }), good);
  const began = performance.now();

  await client.sessions.get('ses_1');

  assert.ok(performance.now() - began >= 995);
});

test('a wait that is too long is left to the caller', async () => {
  const { asked, client } = answering(refusal(429, { 'Retry-After': '86400' }));

  await assert.rejects(client.sessions.get('ses_1'), (error) => error instanceof RateLimited && error.retryAfter === 86400);
  assert.equal(asked.length, 1);
});

test('a hub that does not answer in time is told apart', async () => {
  const fetch = (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const client = new EchoDepth({ apiKey: 'key', fetch, timeoutMs: 20, retries: { most: 0 } });

  await assert.rejects(client.sessions.get('ses_1'), TimedOut);
});

test('an aborted call rejects with the reason, also while it waits to be sent again', async () => {
  const { client } = answering(refusal(429, { 'Retry-After': '30' }));
  const signal = AbortSignal.timeout(50);

  await assert.rejects(client.sessions.get('ses_1', { signal }), { name: 'TimeoutError' });
});

test('answers of something in between are errors too', async () => {
  for (const body of ['<html>Bad gateway</html>', '', '[]', 'null', '{"error": "no"}']) {
    const { client } = answering(() => new Response(body, { status: 500 }));
    await assert.rejects(client.sessions.get('ses_1'), (error) => error.status === 500 && error.code === 'http_500');
  }
});

test('a success that is not of the hub says where to look', async () => {
  for (const body of ['<html>Please sign in</html>', '', '[]', 'null', '"yes"']) {
    const { asked, client } = answering(() => new Response(body));
    await assert.rejects(
      client.sessions.get('ses_1'),
      (error) => error instanceof UnexpectedAnswer && /https:\/\/hub\.test\/v1\/sessions\/ses_1 .*base URL/.test(error.message),
    );
    assert.equal(asked.length, 1);
  }
});

test('an error says which field is wrong and why', async () => {
  for (const [details, message] of [
    [{ vertical: ["Unknown vertical: 'nope'", 'Ask again'] }, "no. vertical: Unknown vertical: 'nope', Ask again."],
    [{ fields: { 'body.label': 'too long', x: 'missing' } }, 'no. body.label: too long. x: missing.'],
    [{ fields: { frame: 'no' } }, 'no'],
    [{ job_id: 'job_1', retry_after_s: 3 }, 'no'],
    [null, 'no'],
  ]) {
    const { client } = answering(() => Response.json({ error: { code: 'x', message: 'no', details } }, { status: 400 }));
    const call = client.sessions.get('ses_1');
    await assert.rejects(call, (error) => error.message === message && error.code === 'x');
  }
});

test('whoever gives nothing is told what to give', async () => {
  const { asked, client } = answering();

  for (const [call, words] of [
    [client.analyse.video(), /give a file or a url/],
    [client.analyse.text(), /give a file, a text or a url/],
    [client.analyse.image(), /give a file, a text or a url/],
    [client.analyse.multimodal(), /give a file, a text or a url/],
    [client.speech.analyze(), /either audio or audioUrl/],
    [client.speech.batch(), /give items/],
    [client.emotion.discrete(), /give a file/],
    [client.analyse.video({ file: null, url: null }), /give a file or a url/],
    [client.analyse.video({ flie: 'call.mp4' }), /no option 'flie': it takes file, url/],
    [client.analyse.text({ text: 'a', baselineWindows: 3 }), /no option 'baselineWindows'.*baselineWindowS/],
    [client.emotion.recording(), /give a file or a url/],
    [client.webhookEndpoints.create(), /give a url/],
  ]) {
    await assert.rejects(call, (error) => error instanceof TypeError && words.test(error.message));
  }
  await assert.rejects(client.sessions.create({ idempotencyKey: 'schlüssel' }), TypeError);
  assert.equal(asked.length, 0);
});

test('names are camelCase, whatever a newer hub adds', async () => {
  const { client } = answering(good);

  assert.deepEqual((await client.sessions.get('ses_1')).newField, { deepEr: 1 });
});

test('an identifier cannot lead elsewhere', async () => {
  const { asked, client } = answering(good);

  await client.sessions.get('../meetings?x=1#y');

  assert.equal(asked[0].url, 'https://hub.test/v1/sessions/..%2Fmeetings%3Fx%3D1%23y');
});

test('a client needs a key and an address, and shows neither key nor headers', async () => {
  const { inspect } = await import('node:util');
  const { ECHODEPTH_API_KEY, ...rest } = process.env;
  process.env = rest;
  try {
    assert.throws(() => new EchoDepth(), NotConfigured);
  } finally {
    if (ECHODEPTH_API_KEY) process.env.ECHODEPTH_API_KEY = ECHODEPTH_API_KEY;
  }
  for (const baseUrl of ['hub.example.com', 'https://[::1', 'http://hub:port', 'ftp://hub']) {
    assert.throws(() => new EchoDepth({ apiKey: 'k', baseUrl }), NotConfigured);
  }
  for (const apiKey of ['ed_live_sk_süß', 'ed_live_sk_a\nX-Other: b', 'ed_live sk']) {
    const isSilent = (error) => error instanceof NotConfigured && !error.message.includes(apiKey);
    assert.throws(() => new EchoDepth({ apiKey }), isSilent);
  }
  assert.doesNotMatch(inspect(new EchoDepth({ apiKey: 'ed_live_sk_secret' }), { depth: 9 }), /secret/);
});

test('the version is that of the package', () => {
  const told = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

  assert.equal(VERSION, told.version);
});
