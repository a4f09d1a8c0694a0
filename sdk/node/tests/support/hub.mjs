// The running hub that these tests are pointed at, and files to send. `make test` starts it.
import { EchoDepth } from '@echodepth/sdk';

export const url = process.env.ECHODEPTH_BASE_URL;
export const media = (name) => `${process.env.ECHODEPTH_TEST_MEDIA}/${name}`;
export const client = new EchoDepth();

/** The arguments of the next event. */
export function next(emitter, event, withinMs = 60_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} in time`)), withinMs);
    emitter.once(event, (...given) => {
      clearTimeout(timer);
      resolve(given[0]);
    });
  });
}
