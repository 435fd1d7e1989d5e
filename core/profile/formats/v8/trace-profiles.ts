import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createNumberList, type NumberList } from '../input/number-list.js';
import { numeric, v8NodeSchema, type V8Node, type V8Profile } from './v8-profile.js';

const chunkSchema = z.object({
  startTime: numeric.optional(),
  endTime: numeric.optional(),
  timeDeltas: z.array(numeric).default([]),
  cpuProfile: z
    .object({
      nodes: z.array(v8NodeSchema).default([]),
      samples: z.array(numeric).default([]),
      startTime: numeric.optional(),
      endTime: numeric.optional(),
      timeDeltas: z.array(numeric).optional(),
    })
    .optional(),
});

export interface TraceChunk {
  name: string;
  thread: string;
  /** Chunks of one profile have one key. */
  key: string;
  data: unknown;
}

export interface TraceProfile {
  thread: string;
  profile: V8Profile;
}

/** Joins the chunks of a trace to whole profiles, one a recording. */
export interface TraceProfiles {
  take(chunk: TraceChunk): void;
  /** `withoutNodes`: samples of recordings of which this trace holds the end only. */
  finish(): { profiles: TraceProfile[]; withoutNodes: number };
}

interface Joined {
  thread: string;
  nodes: V8Node[];
  samples: NumberList;
  timeDeltas: NumberList;
  startTime: number;
  endTime: number | null;
}

export function createTraceProfiles(): TraceProfiles {
  const joined = new Map<string, Joined>();
  return {
    take({ name, thread, key, data }) {
      const chunk = chunkSchema.safeParse(data);
      if (!chunk.success) throw new UnreadableInputError(`chrome trace: a ${name} event is malformed. ${z.prettifyError(chunk.error)}`);
      const { cpuProfile, timeDeltas, startTime, endTime } = chunk.data;
      const into = joined.get(key) ?? newJoined(thread);
      joined.set(key, into);
      into.startTime = startTime ?? cpuProfile?.startTime ?? into.startTime;
      into.endTime = endTime ?? cpuProfile?.endTime ?? into.endTime;
      for (const node of cpuProfile?.nodes ?? []) into.nodes.push(node);
      for (const sample of cpuProfile?.samples ?? []) into.samples.push(sample);
      for (const delta of cpuProfile?.timeDeltas ?? timeDeltas) into.timeDeltas.push(delta);
    },
    finish() {
      const all = [...joined.values()].filter((profile) => profile.samples.length() > 0);
      const withoutNodes = all.filter((profile) => profile.nodes.length === 0).reduce((sum, profile) => sum + profile.samples.length(), 0);
      return { profiles: oncePerThread(all.filter((profile) => profile.nodes.length > 0)).map(toProfile), withoutNodes };
    },
  };
}

function newJoined(thread: string): Joined {
  return {
    thread,
    nodes: [],
    samples: createNumberList('chrome trace'),
    timeDeltas: createNumberList('chrome trace'),
    startTime: 0,
    endTime: null,
  };
}

/** Two profilers at once on one thread would count it twice: the larger one stays. Profiles one after the other all count. */
function oncePerThread(profiles: readonly Joined[]): Joined[] {
  const kept: Joined[] = [];
  for (const profile of [...profiles].sort((a, b) => b.samples.length() - a.samples.length())) {
    if (!kept.some((other) => other.thread === profile.thread && overlap(other, profile))) kept.push(profile);
  }
  return kept;
}

function overlap(a: Joined, b: Joined): boolean {
  return a.startTime < endOf(b) && b.startTime < endOf(a);
}

function endOf(joined: Joined): number {
  return joined.endTime ?? joined.startTime + joined.timeDeltas.values().reduce((sum, delta) => sum + Math.max(0, delta), 0);
}

function toProfile(joined: Joined): TraceProfile {
  const { thread, nodes, startTime, samples, timeDeltas } = joined;
  return { thread, profile: { nodes, startTime, endTime: endOf(joined), samples: samples.values(), timeDeltas: timeDeltas.values() } };
}
