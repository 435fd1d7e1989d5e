// memray's summary of a capture: `memray stats --json`, and the text of `memray stats`, which rounds. Only the largest places are named.
// https://github.com/bloomberg/memray/blob/main/src/memray/reporters/stats.py
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, rootNode } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readAllBytes } from '../input/whole-file.js';

export const memrayStats: ProfileFormat = {
  id: 'memray-stats',
  expects: 'memray statistics (`memray stats --json`, or its text)',
  tool: 'memray (tried with 1.20)',
  command: '`memray stats --json -n 100 FILE`',
  exactness: 'the largest places only, without stacks; the rest is one nameless block. The text form is rounded',
  detect: (head) =>
    isText(head.text)
      ? 'yes'
      : detectJson(
          head,
          ({ paths }) => (paths.has('total_bytes_allocated') && paths.has('top_locations_by_size')) || paths.has('top_allocations_by_size'),
        ),
  read,
};

const isText = (text: string): boolean => /^\s*(?:\S+ )?Total allocations:\s/.test(text) && /Allocator type distribution/.test(text);

interface Statistics {
  total: number;
  places: { location: string; size: number }[];
  isRounded: boolean;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const text = new TextDecoder().decode(await readAllBytes(source, 'memray stats'));
  const { total, places, isRounded } = isText(text) ? ofText(text) : ofJson(text);
  const builder = createProfileBuilder();
  for (const { location, size } of places) builder.add(builder.child(rootNode, builder.frame(frameOf(location))), size, 0);
  const named = places.reduce((sum, { size }) => sum + size, 0);
  if (named > total * 1.001) {
    throw new UnreadableInputError(
      `memray stats: expected places within the ${total} bytes in all, they hold ${named}. Is the file complete?`,
    );
  }
  if (total > named) builder.add(builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null })), total - named, 0);
  builder.note(
    'flat',
    `memray names the ${places.length} largest places of all ${total} bytes, without stacks${isRounded ? ', and rounds them (--json does not)' : ''}; for more, \`memray stats -n 100\``,
  );
  return builder.finish({ format: 'memray-stats', kind: options.kind ?? 'alloc', unit: 'bytes', durationMs: null, samplesKnown: false });
}

const place = z.object({ location: z.string(), size: z.number().nonnegative() });
const fileSchema = z.object({
  total_bytes_allocated: z.number().nonnegative(),
  top_allocations_by_size: z.array(place).optional(),
  top_locations_by_size: z.array(place).optional(),
});

function ofJson(text: string): Statistics {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new UnreadableInputError(`memray stats: expected JSON, got ${text.length} characters that are none. Is the file complete?`, {
      cause: error,
    });
  }
  const file = fileSchema.safeParse(raw);
  if (!file.success) throw new UnreadableInputError(`memray stats: expected the largest places by size. ${z.prettifyError(file.error)}`);
  const places = file.data.top_allocations_by_size ?? file.data.top_locations_by_size ?? [];
  return { total: file.data.total_bytes_allocated, places, isRounded: false };
}

const multiples: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1024,
  KiB: 1024,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
  TB: 1e12,
};

function ofText(text: string): Statistics {
  const size = (written: string | undefined): number => {
    const [, number = '', unit = ''] = /^([\d.]+)\s*([kKMGT]?i?B)$/.exec(written?.trim() ?? '') ?? [];
    const bytes = Number(number === '' ? NaN : number) * (multiples[unit] ?? NaN);
    if (Number.isFinite(bytes)) return bytes;
    throw new UnreadableInputError(
      `memray stats: expected a size such as 13.324MB, got "${(written ?? '').slice(0, 40)}". Give \`memray stats --json\`.`,
    );
  };
  const total = size(/Total memory allocated:\s+(\S+)/.exec(text)?.[1]);
  const below = text.split(/largest allocating locations \(by size\):\r?\n/)[1]?.split('\n') ?? [];
  const end = below.findIndex((line) => line.trim() !== '' && !/^\s+- /.test(line));
  const places = below.slice(0, end === -1 ? below.length : end).flatMap((line) => {
    const [, location = '', written] = /^\s+- (.+) -> (\S+)$/.exec(line.trimEnd()) ?? [];
    return written === undefined ? [] : [{ location, size: size(written) }];
  });
  return {
    total: Math.max(
      total,
      places.reduce((sum, entry) => sum + entry.size, 0),
    ),
    places,
    isRounded: true,
  };
}

/** `make_rows:/srv/app.py:21` */
function frameOf(location: string): Frame {
  const [, name = location, module = '', line] = /^([^:]+):(.*):(\d+)$/.exec(location) ?? [];
  return { name, module, line: line === undefined ? null : Number(line) };
}
