/** Keeps the beginning and the end of an output, masked before anything is cut. */
import { createMask } from './mask-stream.js';

/** Half of 64 KB each: what it began with, and what it ended with. */
const halfLength = 31 * 1024;

export interface KeptOutput {
  write: (chunk: Uint8Array | string) => void;
  /** At most 64 KB; says how much was left out between. */
  end: () => string;
}

export function createKeptOutput(secrets: readonly string[]): KeptOutput {
  const masking = createMask(secrets);
  let head = '';
  let tail = '';
  let leftOut = 0;
  const keep = (text: string): void => {
    const room = halfLength - head.length;
    head += text.slice(0, room);
    tail += text.slice(Math.max(0, room));
    if (tail.length > 2 * halfLength) {
      leftOut += tail.length - halfLength;
      tail = tail.slice(-halfLength);
    }
  };
  return {
    write: (chunk) => keep(masking.write(chunk)),
    end: () => {
      keep(masking.end());
      const over = Math.max(0, tail.length - halfLength);
      const left = leftOut + over;
      return left === 0 ? head + tail : `${head}\n[… ${left} characters left out …]\n${tail.slice(over)}`;
    },
  };
}
