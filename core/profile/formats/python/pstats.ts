// Python's cProfile and profile (`-o FILE`, `Profile.dump_stats`): a marshalled dict (file, line, function) → (calls, calls, own, total, callers).
// https://docs.python.org/3/library/profile.html
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, rootNode } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { createByteReader } from '../input/byte-reader.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { isDict, readMarshal, type MarshalValue } from './python-marshal.js';
import { readAllBytes } from '../input/whole-file.js';

export const pstats: ProfileFormat = {
  id: 'pstats',
  expects: 'Python cProfile statistics (`python -m cProfile -o FILE`)',
  tool: 'CPython cProfile and profile (tried with 3.11), pyinstrument `-r pstats`',
  command: '`python -m cProfile -o x.prof SCRIPT`',
  exactness: 'exact own time by the wall clock, flat: no stacks, no samples. Small functions look slower than they are',
  detect: ({ bytes: [first = 0, second = 0, third = 0, fourth = 0] }) => {
    const isTuple = (second & 0x7f) === 0x29 ? third === 3 : (second & 0x7f) === 0x28 && third === 3 && fourth === 0;
    return (first & 0x7f) === 0x7b && isTuple ? 'yes' : 'no';
  },
  read,
};

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const reader = createByteReader(await readAllBytes(source, 'pstats'), 'pstats');
  const statistics = readMarshal(reader);
  if (!isDict(statistics)) throw reader.broken('a dict of functions');
  const builder = createProfileBuilder();
  for (const [key, value] of statistics.entries) {
    const ownSeconds = Array.isArray(value) ? value[2] : undefined;
    if (typeof ownSeconds !== 'number' || !Array.isArray(key)) {
      throw new UnreadableInputError('pstats: expected (file, line, function) with its times for every function, got something else.');
    }
    // A clock that was set back can leave a tiny negative time.
    builder.add(builder.child(rootNode, builder.frame(frameOf(key))), Math.max(0, ownSeconds), 0);
  }
  builder.note(
    'flat',
    'Python cProfile statistics: own time per function by the wall clock, without stacks; the profiler slows small functions most',
  );
  return builder.finish({ format: 'pstats', kind: options.kind ?? 'wall', unit: 'seconds', durationMs: null, samplesKnown: false });
}

/** Built-ins have no file and are written as `pstats` prints them: `{built-in method time.sleep}`. */
function frameOf([file, line, name]: readonly MarshalValue[]): Frame {
  const text = typeof name === 'string' ? name : '[unknown]';
  if (file === '~' || typeof file !== 'string') return { name: text.replace(/^<(.*)>$/, '{$1}'), module: '', line: null };
  return { name: text, module: file, line: typeof line === 'number' && line > 0 ? line : null };
}
