/** `client.meetings`: recorded meetings with their results, CRM records and deliveries. */
import { at, get, post, remove, type CallOptions, type PostOptions } from './calls.js';
import type { Meeting, MeetingDetails } from './models/records.js';
import { Pages, type ListOptions } from './pages.js';
import type { Transport } from './transport.js';

const PATH = '/v1/meetings/{}';

/** Meetings that came from connected providers. */
export class Meetings {
  constructor(private readonly transport: Transport) {}

  /** Meetings, newest first. */
  list(options: ListOptions & { state?: string } = {}): Pages<Meeting> {
    const { signal, ...params } = options;
    return new Pages<Meeting>(this.transport, '/v1/meetings', params, signal);
  }

  /** One meeting with its result, people, CRM records and deliveries. */
  async get(meetingId: string, options: CallOptions = {}): Promise<MeetingDetails> {
    return await this.transport.ask<MeetingDetails>(get(at(PATH, meetingId), options));
  }

  /**
   * Delete a meeting with its result, people and deliveries. What was written to a CRM or sent stays there: undo its
   * deliveries first to take that back. `Conflict` while it is analysed or sent.
   */
  async delete(meetingId: string, options: CallOptions = {}): Promise<void> {
    await this.transport.send(remove(at(PATH, meetingId), options));
  }

  /** Fetch and analyse the recording again; the result is the meeting's next revision. */
  async reprocess(meetingId: string, options: PostOptions = {}): Promise<Meeting> {
    return await this.transport.ask<Meeting>(post(at(`${PATH}/reprocess`, meetingId), options));
  }
}
