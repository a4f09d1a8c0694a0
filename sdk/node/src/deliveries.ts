/** `client.deliveries` and `client.messages`: what was sent where, and what came of it. */
import { at, get, post, type CallOptions, type PostOptions } from './calls.js';
import type { Delivery, Message, Recovered, Undone } from './models/records.js';
import { Pages, type ListOptions } from './pages.js';
import type { Transport } from './transport.js';

const DELIVERY = '/v1/deliveries/{}';

/** Which deliveries. */
export interface DeliveryFilter extends ListOptions {
  state?: string;
  meetingId?: string;
  endpointId?: string;
  destinationId?: string;
}

/** Which failed deliveries to send again. */
export interface RecoverFilter extends PostOptions {
  since: Date;
  until?: Date;
  state?: string;
  endpointId?: string;
  destinationId?: string;
}

/** Results and messages on their way. */
export class Deliveries {
  constructor(private readonly transport: Transport) {}

  /** Deliveries, newest first. */
  list(options: DeliveryFilter = {}): Pages<Delivery> {
    const { destinationId, endpointId, limit, meetingId, signal, state } = options;
    const ids = { meeting_id: meetingId, endpoint_id: endpointId, destination_id: destinationId };
    return new Pages<Delivery>(this.transport, '/v1/deliveries', { state, limit, ...ids }, signal);
  }

  /** One delivery with every attempt. */
  async get(deliveryId: string, options: CallOptions = {}): Promise<Delivery> {
    return await this.transport.ask<Delivery>(get(at(DELIVERY, deliveryId), options));
  }

  /** Send one again. */
  async resend(deliveryId: string, options: PostOptions = {}): Promise<Delivery> {
    return await this.transport.ask<Delivery>(post(at(`${DELIVERY}/resend`, deliveryId), options));
  }

  /** Restore what stood in the CRM before, where nobody changed it since, and take away what was logged. */
  async undo(deliveryId: string, options: PostOptions = {}): Promise<Undone> {
    return await this.transport.ask<Undone>(post(at(`${DELIVERY}/undo`, deliveryId), options));
  }

  /** Send again all that failed in a span of time. */
  async recover(filter: RecoverFilter): Promise<Recovered> {
    const { idempotencyKey, signal, since, until, ...rest } = filter;
    const json = { ...rest, since: since.toISOString(), until: until?.toISOString() };
    return await this.transport.ask<Recovered>(post('/v1/deliveries/recover', { json, idempotencyKey, signal }));
  }
}

/** Events that were announced to webhook endpoints. */
export class Messages {
  constructor(private readonly transport: Transport) {}

  /** Messages, newest first. */
  list(options: ListOptions & { eventType?: string } = {}): Pages<Message> {
    const { eventType, limit, signal } = options;
    return new Pages<Message>(this.transport, '/v1/messages', { event_type: eventType, limit }, signal);
  }

  /** One message with its body, as subscribers got it. */
  async get(messageId: string, options: CallOptions = {}): Promise<Message> {
    return await this.transport.ask<Message>(get(at('/v1/messages/{}', messageId), options));
  }
}
