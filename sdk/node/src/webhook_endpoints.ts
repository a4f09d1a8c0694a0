/** `client.webhookEndpoints`: who is told about what. */
import { at, get, patch, post, remove, type CallOptions, type PostOptions } from './calls.js';
import type { Delivery, EventType, Secret, WebhookEndpoint } from './models/records.js';
import { Pages, type ListOptions } from './pages.js';
import type { Transport } from './transport.js';

const LIST = '/v1/webhook-endpoints';
const PATH = '/v1/webhook-endpoints/{}';

/** Whom to tell about what. Without event types: everything. */
export interface NewWebhookEndpoint extends PostOptions {
  url: string;
  description?: string;
  eventTypes?: string[];
}

/** What to change; the rest stays. */
export interface WebhookEndpointChange extends CallOptions {
  url?: string;
  description?: string;
  /** An empty list means all. */
  eventTypes?: string[];
}

/** Subscribers; `webhooks.verify` checks what they get. */
export class WebhookEndpoints {
  constructor(private readonly transport: Transport) {}

  /** Subscribers, newest first. */
  list(options: ListOptions = {}): Pages<WebhookEndpoint> {
    return new Pages<WebhookEndpoint>(this.transport, LIST, { limit: options.limit }, options.signal);
  }

  /** Every event that can be announced. */
  eventTypes(options: CallOptions = {}): Pages<EventType> {
    return new Pages<EventType>(this.transport, '/v1/event-types', {}, options.signal);
  }

  /** Subscribe an address. Its `secret` is in this answer alone. */
  async create(endpoint: NewWebhookEndpoint): Promise<WebhookEndpoint> {
    if (!endpoint?.url) throw new TypeError('there is no address to subscribe: give a url');
    const { idempotencyKey, signal, ...json } = endpoint;
    return await this.transport.ask<WebhookEndpoint>(post(LIST, { json, idempotencyKey, signal }));
  }

  /** One subscriber. */
  async get(endpointId: string, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return await this.transport.ask<WebhookEndpoint>(get(at(PATH, endpointId), options));
  }

  /** Another address, description or choice of events; the secret stays. */
  async change(endpointId: string, change: WebhookEndpointChange): Promise<WebhookEndpoint> {
    const { signal, ...json } = change;
    return await this.transport.ask<WebhookEndpoint>(patch(at(PATH, endpointId), { json, signal }));
  }

  /** Unsubscribe. */
  async delete(endpointId: string, options: CallOptions = {}): Promise<void> {
    await this.transport.send(remove(at(PATH, endpointId), options));
  }

  /** A new secret. The former one signs too, until the next rotation. */
  async rotate(endpointId: string, options: PostOptions = {}): Promise<Secret> {
    return await this.transport.ask<Secret>(post(at(`${PATH}/rotate`, endpointId), options));
  }

  /** Send a harmless event to this subscriber alone. */
  async test(endpointId: string, options: PostOptions = {}): Promise<Delivery> {
    return await this.transport.ask<Delivery>(post(at(`${PATH}/test`, endpointId), options));
  }

  /** Announce no further events there until it is resumed. What is already on its way is still tried. */
  async pause(endpointId: string, options: PostOptions = {}): Promise<WebhookEndpoint> {
    return await this.transport.ask<WebhookEndpoint>(post(at(`${PATH}/pause`, endpointId), options));
  }

  /** Send there again, from the next event on. */
  async resume(endpointId: string, options: PostOptions = {}): Promise<WebhookEndpoint> {
    return await this.transport.ask<WebhookEndpoint>(post(at(`${PATH}/resume`, endpointId), options));
  }

  /** The hub's Ed25519 keys (`whpk_...`), for `webhooks.verify(..., { publicKeys })`. */
  async publicKeys(options: CallOptions = {}): Promise<string[]> {
    const answer = await this.transport.ask<{ keys: { whpk: string }[] }>(get('/.well-known/webhook-keys.json', options));
    return answer.keys.map((key) => key.whpk);
  }
}
