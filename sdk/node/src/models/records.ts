/** Meetings, deliveries, messages and webhook endpoints. */

/** A recorded meeting and where it stands. */
export interface Meeting {
  id: string;
  provider: string;
  title: string;
  hostEmail: string;
  state: string;
  stateReason: string;
  progress: number;
  revision: number;
  startedAt: string | null;
  endedAt: string | null;
  durationS: number | null;
  createdAt: string;
  updatedAt: string;
}

/** Somebody who took part. People of your own organisation (`internal`) are never scored. */
export interface Participant {
  name: string;
  email: string;
  internal: boolean;
  host: boolean;
  speaker: string | null;
}

/** A CRM record of the meeting, and why that one. */
export interface Match {
  provider: string;
  recordType: string;
  recordId: string;
  recordName: string;
  recordUrl: string;
  rule: string;
  reason: string;
}

/** A meeting with everything that belongs to it. `analysis` is the whole result that counts now. */
export interface MeetingDetails extends Meeting {
  participants: Participant[];
  analysisId: string | null;
  analysis: Record<string, unknown> | null;
  matches: Match[];
  deliveries: Delivery[];
}

/** One try: what came back, and what the hub did next. */
export interface Attempt {
  number: number;
  generation: number;
  outcome: string;
  status: number | null;
  message: string;
  decision: string;
  at: string;
}

/** One result or message on its way. `attempts`, oldest first, only where one delivery is asked for. */
export interface Delivery {
  id: string;
  kind: string;
  state: string;
  stateReason: string;
  destinationId: string | null;
  endpointId: string | null;
  messageId: string | null;
  meetingId: string | null;
  analysisId: string | null;
  generation: number;
  receipt: Record<string, unknown>;
  createdAt: string;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  attempts?: Attempt[];
}

/** How many deliveries were sent again. */
export interface Recovered {
  resent: number;
}

/** A record whose fields hold their former values again. */
export interface Restored {
  record: string;
  name: string;
  fields: string[];
}

/** What undoing left as it is, and why; `field` is empty where it is the whole record. */
export interface Left {
  record: string;
  name: string;
  field: string;
  reason: string;
}

/** What undoing a delivery did. The delivery can be sent again afterwards. */
export interface Undone {
  delivery: Delivery;
  summary: string;
  restored: Restored[];
  left: Left[];
  removed: string[];
}

/** An event that was announced; `body` only where one message is asked for. */
export interface Message {
  id: string;
  eventType: string;
  meetingId: string | null;
  analysisId: string | null;
  createdAt: string;
  body?: Record<string, unknown>;
}

/** A subscriber. No event types means all. `secret` is shown once, when the endpoint is made. */
export interface WebhookEndpoint {
  id: string;
  url: string;
  description: string;
  eventTypes: string[];
  enabled: boolean;
  disabledReason: string;
  createdAt: string;
  secret?: string;
}

/** A fresh secret, shown this once. */
export interface Secret {
  secret: string;
}

/** Something that can be announced. */
export interface EventType {
  name: string;
  description: string;
}
