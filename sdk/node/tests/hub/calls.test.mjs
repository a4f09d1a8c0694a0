// The client against a running hub.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import {
  AnalysisCancelled, AnalysisFailed, AnalysisTimedOut, EchoDepth, Forbidden, InvalidInput, NoFaceDetected, NotFound,
  PayloadTooLarge, RateLimited, SignatureInvalid, Unauthorized, webhooks,
} from '@echodepth/sdk';

import { client, media, url } from '../support/hub.mjs';

const WORDS = 'Well, um, I think we could maybe start in March. We will sign.';

test('a long recording is waited for with its progress', async () => {
  const seen = [];
  const result = await client.analyse.audio({
    file: media('call.wav'),
    transcript: readFileSync(media('call.vtt'), 'utf8'),
    onProgress: (job) => seen.push(job.progress),
  });

  assert.equal(result.status, 'completed');
  assert.ok(result.trustScore !== null || result.abstained.reason);
  assert.ok(result.vad.valence >= 0 && result.vad.valence <= 1);
  assert.deepEqual(seen, [...seen].sort((one, other) => one - other));
  assert.ok(seen.some((progress) => progress > 0 && progress < 1), `${seen}`);
  assert.equal(seen.at(-1), 1);
  assert.deepEqual(await client.results.get(result.jobId), result);
});

test('everything can be analysed from every kind of input', async () => {
  const bytes = readFileSync(media('frame.jpg'));
  const file = [
    media('frame.jpg'), pathToFileURL(media('frame.jpg')), bytes, new Blob([bytes], { type: 'image/jpeg' }),
    new Uint8Array(bytes).buffer, createReadStream(media('frame.jpg')), new Blob([bytes]).stream(),
  ];
  const pictures = await client.analyse.image({ file });

  assert.deepEqual(pictures.images.map((image) => image.faces.length > 0), file.map(() => true));
  const text = await client.analyse.text({ text: WORDS });
  assert.equal(text.sentences[1].text, 'We will sign.');
  assert.ok('filled_pause' in text.hesitationMarkers.kinds);
  assert.ok((await client.analyse.text({ file: Buffer.from(WORDS) })).hesitationMarkers);
  const sound = { file: media('recording.wav'), transcript: Buffer.from(WORDS), alertThresholds: { arousalHigh: 0.1 } };
  assert.ok((await client.analyse.audio(sound)).alerts.length);
  const mixed = await client.analyse.multimodal({ image: bytes, text: WORDS, baselineWindowS: 30 });
  assert.deepEqual(Object.keys(mixed.modalities).sort(), ['image', 'text']);
});

test('waiting can be left to later, limited and ended', async () => {
  const job = await client.analyse.video({ file: media('long.mp4'), wait: false });

  await assert.rejects(client.results.wait(job.jobId, { timeoutMs: 300 }), AnalysisTimedOut);
  await client.results.cancel(job.jobId);
  await assert.rejects(client.results.wait(job.jobId), AnalysisCancelled);
});

test('an aborted wait cancels the analysis', async () => {
  const abort = new AbortController();
  let jobId;
  const onProgress = (job) => {
    jobId = job.jobId;
    abort.abort(new Error('enough'));
  };

  await assert.rejects(client.analyse.video({ file: media('long.mp4'), signal: abort.signal, onProgress }), /enough/);

  assert.equal((await client.results.get(jobId)).status, 'cancelled');
});

test('what cannot be analysed says why', async () => {
  const failed = await client.analyse.audio({ file: Buffer.from('RIFF but not really'.repeat(99)) }).catch((error) => error);

  assert.ok(failed instanceof AnalysisFailed, failed);
  assert.equal(failed.code, 'media_unreadable');
  assert.match(failed.jobId, /^job_/);
  assert.match(failed.requestId, /^req_/);
});

test('mistakes of the caller are told before anything is sent', async () => {
  await assert.rejects(client.analyse.text({}), /nothing to analyse/);
  await assert.rejects(client.analyse.video({ transcript: 'Hello.' }), /no recording/);
  await assert.rejects(client.results.get(''), /identifier/);
  await assert.rejects(client.analyse.audio({ file: '/nowhere/call.wav' }), { code: 'ENOENT' });
});

test('a session from its first frame to its report', async () => {
  const session = await client.sessions.create({ label: 'i', useCase: 'claims', alertThresholds: { arousalHigh: 0 } });
  const frame = await client.frames.analyse(session.id, media('frame.jpg'), { timestampMs: 1_704_067_200_000, detail: true });
  await client.frames.analyse(session.id, new Blob([readFileSync(media('frame.jpg'))]), { timestampMs: 1_704_067_201_000 });
  const ended = await client.sessions.end(session.id);
  const report = await client.sessions.report(session.id);

  assert.equal(frame.alert.type, 'arousal_high');
  assert.equal(frame.alertReason, 'arousal_high');
  assert.deepEqual(frame.aus.filter((unit) => unit.active).map((unit) => unit.code).sort(), [...frame.activeAus].sort());
  assert.equal(session.alertThresholds.arousalHigh, 0);
  assert.deepEqual([ended.status, report.frameCount, report.durationS], ['ended', 2, 1]);
  assert.equal(report.alerts[0].sessionOffsetS, 0);
  const found = [];
  for await (const row of client.sessions.list({ status: 'ended', limit: 1 })) found.push(row.id);
  assert.ok(found.includes(session.id));
});

test('errors are typed and name the request', async () => {
  const session = await client.sessions.create();
  const refused = async (promise, kind, code) => {
    const error = await promise.catch((reason) => reason);
    assert.ok(error instanceof kind, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.requestId, /^req_/);
  };

  await refused(client.frames.analyse(session.id, Buffer.alloc(4 * 1024 * 1024 + 1)), PayloadTooLarge, 'frame_too_large');
  await refused(client.frames.analyse(session.id, Buffer.from('no picture')), InvalidInput, 'validation_error');
  await refused(client.frames.analyse(session.id, media('grey.png')), NoFaceDetected, 'no_face_detected');
  await refused(client.sessions.get('ses_unknown'), NotFound, 'not_found');
  await refused(new EchoDepth({ apiKey: 'ed_live_sk_wrong' }).sessions.create(), Unauthorized, 'unauthorized');
  const narrow = new EchoDepth({ apiKey: process.env.ECHODEPTH_TEST_SPEECH_KEY });
  await refused(narrow.sessions.create(), Forbidden, 'forbidden');
});

test('a limit says when it is reset', async () => {
  const limited = new EchoDepth({ apiKey: process.env.ECHODEPTH_TEST_SLOW_KEY, retries: { most: 0 } });
  const calls = Array.from({ length: 6 }, () => limited.sessions.list().page());
  const answers = await Promise.allSettled(calls);
  const error = answers.find((answer) => answer.status === 'rejected')?.reason;

  assert.ok(error instanceof RateLimited, `${error}`);
  assert.deepEqual([error.status, error.code, error.limit, error.remaining], [429, 'rate_limited', 2, 0]);
  assert.ok(error.retryAfter > 0 && error.retryAfter <= 60);
  assert.equal(error.resetsAt % 60, 0);
});

test('speech is told in every vocabulary', async () => {
  const metadata = { queue_name: { deep_er: 1 } };
  const features = ['emotion', 'prosody', 'vad', 'vertical', 'prediction'];
  const clip = { audio: media('recording.wav'), vertical: 'contact_center', features, sessionId: 'call-2', metadata };
  const told = await client.speech.analyze(clip);
  const items = [{ id: 'good', audio: readFileSync(media('recording.wav')) }, { id: 'bad', audio: Buffer.from('nothing') }];
  const batch = await client.speech.batch({ items, vertical: 'sales' });
  const discrete = await client.emotion.discrete({ file: media('recording.wav'), model: 7 });
  const recording = await client.emotion.recording({ file: media('long.wav'), interval: 5 });

  assert.ok(told.emotion in told.emotionProbabilities);
  assert.ok(told.prosody.rhythm.speechRate > 0);
  assert.equal(told.prediction.basedOn, 1);
  assert.deepEqual(told.metadata, metadata);
  assert.ok(batch.results[0].emotion);
  assert.equal(batch.results[1].error.code, 'unsupported_audio_format');
  assert.equal(Object.keys(discrete.allPredictions).length, 7);
  assert.deepEqual(recording.emotions.map((moment) => moment.t).slice(0, 3), ['00:00', '00:05', '00:10']);
  await assert.rejects(client.speech.analyze({}), /either audio or audioUrl/);
});

test('lists are followed to their end', async () => {
  const made = await Promise.all([1, 2, 3].map(() => client.sessions.create({ label: 'page' })));
  const rows = [];
  for await (const row of client.sessions.list({ limit: 1 })) rows.push(row.id);

  assert.ok(made.every((session) => rows.includes(session.id)));
  assert.deepEqual((await client.meetings.list().page()).data, []);
  assert.deepEqual((await client.deliveries.list({ state: 'dead' }).page()).data, []);
});

test('what does not exist is neither deleted nor undone', async () => {
  await assert.rejects(client.meetings.delete('mtg_none'), NotFound);
  await assert.rejects(client.deliveries.undo('dlv_none'), NotFound);
});

test('webhooks are subscribed to, received and verified', async () => {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync?.(request) ?? (await request.toArray());
    received.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = await client.webhookEndpoints.create({
    url: `http://127.0.0.1:${server.address().port}/hook`, eventTypes: ['session.created'],
  });
  const { secret } = await client.webhookEndpoints.rotate(endpoint.id);
  const session = await client.sessions.create({ label: 'announced' });
  while (!received.length) await new Promise((resolve) => setTimeout(resolve, 50));
  server.close();

  const [{ body, headers }] = received;
  for (const secrets of [endpoint.secret, secret, [endpoint.secret, secret]]) {
    assert.equal(webhooks.verify(body, headers, secrets).sessionId, session.id);
  }
  const publicKeys = await client.webhookEndpoints.publicKeys();
  assert.equal(webhooks.verify(body, headers, [], { publicKeys }).event, 'session.created');
  assert.throws(() => webhooks.verify(`${body} `, headers, secret), SignatureInvalid);
  const changed = await client.webhookEndpoints.change(endpoint.id, { description: 'Ours' });
  assert.deepEqual([changed.url, changed.description], [endpoint.url, 'Ours']);
  assert.equal((await client.webhookEndpoints.pause(endpoint.id)).enabled, false);
  const { data } = await client.deliveries.list({ endpointId: endpoint.id }).page();
  assert.equal((await client.deliveries.get(data[0].id)).endpointId, endpoint.id);
  assert.equal((await client.messages.get(data[0].messageId)).body.sessionId, session.id);
  await client.webhookEndpoints.delete(endpoint.id);
});

test('the address may name the version, or end with a slash', async () => {
  const other = new EchoDepth({ baseUrl: `${url}/v1/` });

  assert.ok((await other.sessions.create()).id);
});
