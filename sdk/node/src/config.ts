/** Where the hub is and with which key it is called. */
import { NotConfigured } from './errors.js';
import { VERSION } from './version.js';

const A_KEY = /^[!-~]+$/;
export const DEFAULT_BASE_URL = 'https://api.echodepth.ai';

/** `baseUrl` is without `/v1`. The key is kept out of anything that prints the client. */
export class Config {
  readonly #apiKey: string;

  constructor(
    readonly baseUrl: string,
    apiKey: string,
  ) {
    this.#apiKey = apiKey;
  }

  /** What every request carries. */
  headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.#apiKey}`, 'User-Agent': `echodepth-node/${VERSION}` };
  }
}

/** Options, or else ECHODEPTH_API_KEY and ECHODEPTH_BASE_URL. Throws `NotConfigured`. */
export function configured(apiKey: string | undefined, baseUrl: string | undefined): Config {
  const key = (apiKey || process.env['ECHODEPTH_API_KEY'] || '').trim();
  if (!key) throw new NotConfigured('There is no API key: pass { apiKey }, or set ECHODEPTH_API_KEY.');
  if (!A_KEY.test(key)) {
    throw new NotConfigured('The API key has a space, a line break or a letter that no key has: copy it again.');
  }
  const url = baseUrl || process.env['ECHODEPTH_BASE_URL'] || DEFAULT_BASE_URL;
  if (!/^https?:\/\//.test(url)) throw new NotConfigured('The base URL must start with https:// or http://.');
  if (!URL.canParse(url)) throw new NotConfigured('The base URL is not an address.');
  return new Config(url.replace(/\/+$/, '').replace(/\/v1$/, ''), key);
}
