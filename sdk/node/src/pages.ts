/** Lists that come in pages. */
import { get, type CallOptions } from './calls.js';
import type { Transport } from './transport.js';

/** One page, newest first; `nextCursor` is null on the last. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** What every list takes. */
export interface ListOptions extends CallOptions {
  /** Rows of a page. */
  limit?: number;
}

type Params = Record<string, string | number | undefined>;

/** A list on the hub. `for await` gives every row of every page; each page is fetched when it is needed. */
export class Pages<T> implements AsyncIterable<T> {
  constructor(
    private readonly transport: Transport,
    private readonly path: string,
    private readonly params: Params,
    private readonly signal?: AbortSignal,
  ) {}

  /** The page at `cursor`; the first one without. */
  async page(cursor?: string): Promise<Page<T>> {
    const rest = { params: { ...this.params, cursor }, signal: this.signal };
    return await this.transport.ask<Page<T>>(get(this.path, rest));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Page<T> = await this.page(cursor);
      yield* page.data;
      cursor = page.nextCursor;
    }
  }
}
