/**
 * Every error this package throws on purpose, one class for each way of going on.
 *
 * EchoDepthError
 * ├── NotConfigured            no API key, or a key or base URL that cannot be one: see ECHODEPTH_API_KEY
 * ├── ConnectionFailed         no answer came: the network, or nobody listens
 * │   └── TimedOut             ... within the time-out
 * ├── UnexpectedAnswer         something answered that is not the hub: check the base URL, and proxies in between
 * ├── ApiError                 the hub answered with an error: status, code, requestId, details, retryAfter
 * │   ├── BadRequest      400  the request cannot be understood
 * │   ├── Unauthorized    401  the key is missing, wrong, revoked or expired
 * │   ├── Forbidden       403  the key may not do this
 * │   ├── NotFound        404  no such thing in your organisation
 * │   ├── Conflict        409  its current state does not allow this
 * │   ├── PayloadTooLarge 413  send something smaller
 * │   ├── UnsupportedMedia 415 send another format
 * │   ├── InvalidInput    422  understood, but not acceptable
 * │   │   └── NoFaceDetected   no face in the frame: check lighting and framing
 * │   ├── RateLimited     429  wait `retryAfter` seconds, until `resetsAt`
 * │   └── ServerError     5xx  a fault of the hub: quote `requestId` to support
 * │       └── Unavailable 503  come back after `retryAfter` seconds
 * ├── AnalysisFailed           the input could not be analysed: jobId, code
 * ├── AnalysisCancelled        somebody cancelled it
 * ├── AnalysisTimedOut         it was not done in time and goes on: ask for `jobId` later
 * └── SignatureInvalid         a webhook that did not come from the hub, or was changed or replayed
 */

/** Everything below. */
export class EchoDepthError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Something needed is missing from the options and the environment. */
export class NotConfigured extends EchoDepthError {}

/** No answer came. */
export class ConnectionFailed extends EchoDepthError {}

/** No answer came in time. */
export class TimedOut extends ConnectionFailed {}

/** What came is not what the hub answers: most often the base URL leads elsewhere. */
export class UnexpectedAnswer extends EchoDepthError {}

/** What an error answer says. `retryAfter` is seconds, and null where the hub named none. */
export interface ApiErrorDetails {
  status: number;
  code: string;
  requestId: string | null;
  details: Record<string, unknown>;
  retryAfter: number | null;
  headers: Record<string, string>;
}

/** The hub refused. `code` is stable; the message ends with what `details` say of single fields. */
export class ApiError extends EchoDepthError {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly details: Record<string, unknown>;
  readonly retryAfter: number | null;
  readonly headers: Record<string, string>;

  constructor(message: string, told: ApiErrorDetails) {
    super(explained(message, told.details));
    this.status = told.status;
    this.code = told.code;
    this.requestId = told.requestId;
    this.details = told.details;
    this.retryAfter = told.retryAfter;
    this.headers = told.headers;
  }
}

/** The request cannot be understood. */
export class BadRequest extends ApiError {}

/** The key is missing, wrong, revoked or expired. */
export class Unauthorized extends ApiError {}

/** The key may not do this. */
export class Forbidden extends ApiError {}

/** There is no such thing in your organisation. */
export class NotFound extends ApiError {}

/** The thing's current state does not allow this. */
export class Conflict extends ApiError {}

/** What was sent is over the limit. */
export class PayloadTooLarge extends ApiError {}

/** The format is not taken. */
export class UnsupportedMedia extends ApiError {}

/** Understood, but not acceptable; `details` says what is wrong. */
export class InvalidInput extends ApiError {}

/** The frame shows no face. */
export class NoFaceDetected extends InvalidInput {}

/** Too many calls for the plan. */
export class RateLimited extends ApiError {
  /** Requests a minute; null without a limit. */
  get limit(): number | null {
    return wholeNumber(this.headers['x-ratelimit-limit']);
  }

  /** Requests left until then. */
  get remaining(): number | null {
    return wholeNumber(this.headers['x-ratelimit-remaining']);
  }

  /** When the count starts again, in seconds since 1970. */
  get resetsAt(): number | null {
    return wholeNumber(this.headers['x-ratelimit-reset']);
  }
}

/** A fault of the hub. */
export class ServerError extends ApiError {}

/** Nothing is wrong with the request, but it cannot be served right now. */
export class Unavailable extends ServerError {}

/** The input could not be analysed; sending it again gives the same. */
export class AnalysisFailed extends EchoDepthError {
  constructor(
    message: string,
    readonly jobId: string,
    readonly code: string,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

/** The analysis was cancelled. */
export class AnalysisCancelled extends EchoDepthError {
  constructor(readonly jobId: string) {
    super(`The analysis ${jobId} was cancelled.`);
  }
}

/** The analysis goes on: `results.wait(jobId)` waits for it again, `results.cancel(jobId)` ends it. */
export class AnalysisTimedOut extends EchoDepthError {
  constructor(
    readonly jobId: string,
    timeoutMs: number,
  ) {
    super(`The analysis ${jobId} was not done within ${timeoutMs} ms; it goes on.`);
  }
}

/** Do not trust this webhook. */
export class SignatureInvalid extends EchoDepthError {}

type ErrorClass = new (message: string, told: ApiErrorDetails) => ApiError;

const BY_CODE: Record<string, ErrorClass> = { no_face_detected: NoFaceDetected };
const BY_STATUS: Record<number, ErrorClass> = {
  400: BadRequest,
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  409: Conflict,
  413: PayloadTooLarge,
  415: UnsupportedMedia,
  422: InvalidInput,
  429: RateLimited,
  503: Unavailable,
};

/** The class of an answer. */
export function errorClass(status: number, code: string): ErrorClass {
  return BY_CODE[code] ?? BY_STATUS[status] ?? (status >= 500 ? ServerError : ApiError);
}

/** With what is wrong, by field: `details` has words for each in `fields`, or lists of words by name. */
function explained(message: string, details: Record<string, unknown>): string {
  const lists = Object.entries(details).filter(([, words]) => Array.isArray(words));
  const reasons = [...Object.entries(details['fields'] ?? {}), ...lists]
    .map(([name, words]) => [name, [words].flat().join(', ')])
    .filter(([, words]) => !message.includes(words ?? ''))
    .map(([name, words]) => `${name}: ${words}.`);
  return reasons.length ? [`${message.replace(/\.$/, '')}.`, ...reasons].join(' ') : message;
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
