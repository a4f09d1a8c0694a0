// The signature vectors that both clients share.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { NotConfigured, SignatureInvalid, webhooks } from '@echodepth/sdk';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/signatures.json', import.meta.url), 'utf8'));

for (const found of vectors.cases) {
  const options = { publicKeys: found.public_keys, now: found.now, requireTimestamp: found.require_timestamp };
  const check = (headers) => webhooks.verify(found.body, headers, found.secrets, options);

  test(`a message ${found.name} is ${found.genuine ? 'believed' : 'refused'}`, () => {
    if (!found.genuine) return assert.throws(() => check(found.headers), SignatureInvalid);
    const event = check(found.headers);
    assert.equal(event.event, 'session.alert');
    assert.equal(event.sessionId, 'ses_01');
    assert.deepEqual(event.alert, { type: 'arousal_high', value: 0.91, threshold: 0.8 });
    return undefined;
  });
}

test('headers are taken as every framework gives them', () => {
  const { body, headers, now, secrets } = vectors.cases[0];
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]);
  for (const given of [new Headers(headers), Object.fromEntries(lowered)]) {
    assert.equal(webhooks.verify(Buffer.from(body), given, secrets[0], { now }).event, 'session.alert');
  }
});

test('without any secret nothing is believed', () => {
  assert.throws(() => webhooks.verify('{}', {}), NotConfigured);
  assert.throws(() => webhooks.verify('{}', { 'webhook-signature': 'v1,eA==', 'webhook-timestamp': '1' }, 'whsec_*', { now: 1 }), NotConfigured);
});
