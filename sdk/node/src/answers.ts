/** Errors out of what the hub answered, whichever way it came: over HTTP, in a refused handshake, in a message. */
import { ApiError, EchoDepthError, errorClass, UnexpectedAnswer } from './errors.js';

/** The object named `error` in answers and messages, as far as it is there. */
export interface ToldError {
  code?: string;
  message?: string;
  request_id?: string;
  details?: Record<string, unknown>;
}

const AN_ERROR = 400;
const STATUS: Record<string, number> = {
  rate_limited: 429,
  frame_too_large: 413,
  internal_error: 500,
  unavailable: 503,
};

/** The error of an HTTP answer that is no success; `headers` has lower-case names. */
export function errorOf(status: number, headers: Record<string, string>, body: string, url: string): EchoDepthError {
  if (status < AN_ERROR) return unexpected(body, url);
  return apiError(told(body) ?? { message: body.slice(0, 200).trim() }, status, headers);
}

/** The object that a successful answer holds. Throws `UnexpectedAnswer` where it is none of the hub's. */
export function understood(body: string, url: string): object {
  const answer = parsed(body);
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
  throw unexpected(body, url);
}

function unexpected(body: string, url: string): UnexpectedAnswer {
  return new UnexpectedAnswer(
    `The answer of ${url} is not one of the hub (it begins with ${JSON.stringify(body.slice(0, 40))}): check the base ` +
      'URL, and whether a proxy or a sign-in page answers instead.',
  );
}

/** The error of a message in a stream, by the status that its code has over HTTP. */
export function messageError(said: ToldError): ApiError {
  const wait = said.details?.['retry_after_s'];
  return apiError(said, STATUS[said.code ?? ''] ?? 422, wait === undefined ? {} : { 'retry-after': String(wait) });
}

/** Seconds to wait: the header holds them, or a date (RFC 9110, section 10.2.3). */
export function retryAfter(text: string | undefined, nowMs = Date.now()): number | null {
  if (!text) return null;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

function apiError(said: ToldError, status: number, headers: Record<string, string>): ApiError {
  const code = said.code ?? `http_${status}`;
  return new (errorClass(status, code))(said.message || `The hub answered ${status}.`, {
    status,
    code,
    requestId: said.request_id ?? headers['x-request-id'] ?? null,
    details: said.details ?? {},
    retryAfter: retryAfter(headers['retry-after']),
    headers,
  });
}

/** Undefined where something between here and the hub answered in its own way. */
function told(body: string): ToldError | undefined {
  const error = (parsed(body) as { error?: unknown } | null | undefined)?.error;
  return typeof error === 'object' && error !== null ? (error as ToldError) : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
