import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';

/**
 * What this program writes as a comment into a pprof file, so that a profile comes back as it was: the format has no place for how even the samples
 * were, nor for idle time apart. Other readers show comments or ignore them.
 */
const extension = z.object({
  kind: z.enum(['cpu', 'wall', 'off-cpu', 'lock', 'alloc', 'unknown']),
  unit: z.string(),
  effectiveSamples: z.number().nullable(),
  idleWeight: z.number().nullable(),
  durationMs: z.number().nullable(),
  /** Written value ÷ weight: the format has whole numbers only. */
  scale: z.number().positive(),
  /** Locations from this id on say where inside its function a sample fell; the others only what the function is. */
  linesFrom: z.number().optional(),
});

export type PprofExtension = z.infer<typeof extension>;

const mark = 'perf-responder ';

export function pprofExtensionText(content: PprofExtension): string {
  return `${mark}${JSON.stringify(content)}`;
}

export function readPprofExtension(comments: readonly string[]): PprofExtension | null {
  const own = comments.find((comment) => comment.startsWith(mark));
  if (own === undefined) return null;
  try {
    const parsed = extension.safeParse(JSON.parse(own.slice(mark.length)));
    if (parsed.success) return parsed.data;
  } catch {
    // Told below: a comment of ours that is cut is a file that is cut.
  }
  throw new UnreadableInputError('pprof: the comment of perf-responder in this file is damaged. Export the profile again.');
}
