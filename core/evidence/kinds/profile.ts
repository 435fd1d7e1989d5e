import { z } from 'zod';
import type { FlameNode, ProfileSummary, RequestTrace } from '../../model/profile.js';
import { ms, percent, plural, shareWithInterval } from '../../diagnosis/figures.js';
import type { CaptureKind, Describing } from '../capture-kind.js';
import { shapedAs, type CaptureDocument, type ReadDocument } from '../document.js';
import { describeStanding, standingDocument } from './standing.js';

const frameSchema = z.looseObject({ name: z.string(), module: z.string(), line: z.number().nullable() });

export const profileDocument: CaptureDocument<ProfileSummary> = {
  what: 'a profile of the service',
  name: 'profile-summary.json',
  artifactKind: 'profile',
  schema: shapedAs<ProfileSummary>(
    z.looseObject({
      kind: z.string(),
      samples: z.number().nullable(),
      durationMs: z.number().nullable(),
      quality: z.looseObject({
        verdict: z.string(),
        checks: z.array(z.looseObject({ id: z.string(), ok: z.boolean(), detail: z.string() })),
      }),
      leaves: z.array(z.looseObject({ frame: z.string(), selfShare: z.number(), ci: z.tuple([z.number(), z.number()]) })),
      categories: z.array(
        z.looseObject({
          category: z.string(),
          share: z.number(),
          callers: z.array(z.looseObject({ frame: frameSchema, share: z.number() })),
        }),
      ),
    }),
  ),
};

const spansSchema = z.looseObject({
  method: z.string(),
  route: z.string(),
  requests: z.number(),
  meanMs: z.number(),
});

export const traceDocument: CaptureDocument<RequestTrace> = {
  what: "the runtime's own trace of its requests",
  name: 'request-trace.json',
  artifactKind: 'trace',
  schema: shapedAs<RequestTrace>(
    z.looseObject({
      routes: z.array(spansSchema.extend({ cpuShare: z.number() })),
      outbound: z.array(spansSchema.extend({ peer: z.string(), failed: z.number() })),
      blockers: z.array(z.looseObject({ frame: z.string(), share: z.number(), longestMs: z.number(), routes: z.array(z.string()) })),
    }),
  ),
};

/** Drawn, never judged: the tree below its root is as the worker made it. */
export const flameDocument: CaptureDocument<FlameNode> = {
  what: 'a call tree to draw',
  name: 'flame.json',
  artifactKind: 'profile',
  isDrawnOnly: true,
  schema: shapedAs<FlameNode>(z.looseObject({ frame: z.string(), self: z.number(), total: z.number(), children: z.array(z.unknown()) })),
};

export const profileKind: CaptureKind = {
  id: 'profile',
  scope: 'window',
  stage: 'profile',
  what: 'a profile of the service under load',
  title: ({ service }) => `CPU profile of ${service}`,
  // A profile of an hour is no better than one of ten minutes, only larger.
  longestMs: 600_000,
  documents: [profileDocument, traceDocument, standingDocument, flameDocument],
  headline,
  describe: (describing) => ({
    profile: describeProfile(describing),
    trace: describeTrace(describing),
    standing: describeStanding(describing),
  }),
};

function headline(read: ReadDocument): string {
  const summary = read(profileDocument);
  if (summary === null) return 'no profile';
  const top = summary.leaves[0];
  const quality = summary.quality.verdict === 'good' ? '' : ` (${summary.quality.verdict})`;
  const leaf = top === undefined ? 'no samples' : `top leaf ${top.frame} ${percent(top.selfShare)}`;
  return `${summary.samples === null ? '' : `${summary.samples} samples, `}${leaf}${quality}`;
}

function describeProfile({ read, book }: Describing): string[] {
  const profile = read(profileDocument);
  if (profile === null) return [];
  const leaves = profile.leaves.slice(0, 3).map((leaf) => `${leaf.frame} ${shareWithInterval(leaf.selfShare, leaf.ci)}`);
  const categories = profile.categories.slice(0, 4).map((entry) => `${entry.category} ${percent(entry.share)}`);
  // Figures of a profile that can bear no claim would be read as one.
  const shows =
    profile.quality.verdict === 'rejected' ? 'no figure of it is told' : `${leaves.join(', ')}; by category ${categories.join(', ')}`;
  const text = `${profile.kind} profile, ${profile.samples === null ? 'unknown number of samples' : plural(profile.samples, 'sample')}, quality ${profile.quality.verdict}: ${shows}`;
  return [book.add('profile', text, profileDocument.name)];
}

function describeTrace({ read, book }: Describing): string[] {
  const trace = read(traceDocument);
  if (trace === null || trace.routes.length === 0) return [];
  const routes = [...trace.routes]
    .filter(({ route, cpuShare }) => cpuShare > 0 || route !== '(unfinished)')
    .sort((a, b) => b.cpuShare - a.cpuShare)
    .slice(0, 4);
  const text = routes.map(
    (route) =>
      `${`${route.method} ${route.route}`.trim()}: ${plural(route.requests, 'request')}, mean ${ms(route.meanMs)}, ${percent(route.cpuShare)} of the CPU samples`,
  );
  return [book.add('trace', `runtime trace: ${text.join('; ')}`, traceDocument.name)];
}
