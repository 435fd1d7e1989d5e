import type { Standing } from '../../../core/model/standing.js';
import type { Frame } from '../../../core/model/profile.js';
import { awaitSites } from '../../../core/profile/awaits.js';
import { followAwaits } from './await-recorder.js';
import type { InspectorSession } from './inspector-session.js';
import { readSourceMaps } from './source-maps.js';

/** Where the asynchronous code of a process stands, in the words of its sources. Null where the runtime does not tell. */
export async function lookAtAwaits(
  session: InspectorSession,
  pid: number,
  { awaitsMs, pass }: { awaitsMs: number; pass: (ms: number) => Promise<void> },
): Promise<Standing | null> {
  const awaits = await followAwaits(session, awaitsMs, pass);
  if (awaits === null) return null;
  const { followed, windowMs, stacks } = awaits;
  const lookup = await readSourceMaps(new Set(stacks.flatMap(({ frames }) => frames.map(({ module }) => module))), pid);
  const toSource = (frame: Frame): Frame => ({ ...frame, ...(frame.line === null ? {} : lookup.lineAt(frame.module, frame.line)) });
  const told = stacks.map((stack) => ({ ...stack, frames: stack.frames.map(toSource) }));
  return { what: 'awaits', looks: followed, windowMs, sites: awaitSites(told) };
}
