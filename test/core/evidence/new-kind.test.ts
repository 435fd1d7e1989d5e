/** A kind of evidence that the product does not know, given to the parts that know kinds only by their registry, with a rule that needs it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createActivities } from '../../../activities/create-activities.js';
import type { CaptureAdapter } from '../../../activities/dependencies.js';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { assured } from '../../../core/diagnosis/confidence.js';
import { diagnose } from '../../../core/diagnosis/diagnose.js';
import { judgement, type Judgement } from '../../../core/diagnosis/judgement.js';
import { cite, nothing, type Rule } from '../../../core/diagnosis/rule.js';
import type { CaptureKind } from '../../../core/evidence/capture-kind.js';
import { captureTasks } from '../../../core/evidence/capture-tasks.js';
import { filled, type CaptureDocument } from '../../../core/evidence/document.js';
import { recordedEvidence } from '../../../lab/cases/record-evidence.js';
import { fakeDependencies } from '../../support/stories/fake-dependencies.js';
import { inActivity } from '../../support/in-activity.js';
import { captures } from '../diagnosis/captures.js';

interface Gauges {
  poolInUse: number;
  waiting: number;
}

const gaugesDocument: CaptureDocument<Gauges> = {
  what: "the gauges of the service's own pools",
  name: 'gauges.json',
  artifactKind: 'gauges',
  schema: z.object({ poolInUse: z.number(), waiting: z.number() }),
};

const gaugesKind: CaptureKind = {
  id: 'gauges',
  scope: 'window',
  stage: 'gauges',
  what: 'the gauges of the service',
  title: ({ service }) => `gauges of ${service}`,
  longestMs: null,
  documents: [gaugesDocument],
  headline: (read) => `${read(gaugesDocument)?.waiting ?? 0} wait for the pool`,
  describe: ({ read, book }) => {
    const gauges = read(gaugesDocument);
    return gauges === null ? {} : { gauges: [book.add('trace', `gauges: ${gauges.waiting} wait for the pool`, gaugesDocument.name)] };
  },
};

const gaugeRule: Rule = {
  id: 'pool-exhausted',
  requires: [gaugesDocument],
  thresholds: { waiting: { value: 1, unit: 'requests', source: 'One request that waits at any moment is felt by every other one.' } },
  evaluate: (context) => {
    const gauges = context.input.read(gaugesDocument);
    if (gauges === null || gauges.waiting < 1) return nothing;
    const remedy = { kind: 'configuration', statement: 'enlarge it', expected: 'no queue', basis: 'estimated' } as const;
    const place = { component: 'connections', location: { pool: 'gauges' }, summary: `${gauges.waiting} requests wait for the pool.` };
    const evidence = cite(context.cited.byName['gauges'] ?? []);
    return { ...nothing, causes: [{ id: 'pool-exhausted', ...place, share: 0.9, ...assured(context, 'pool-in-use'), evidence, remedy }] };
  },
};

const hitRates = { ...judgement.hitRates, 'pool-in-use': { hits: 8, cases: 8 } };
const extended: Judgement = { kinds: [...judgement.kinds, gaugesKind], rules: [gaugeRule], hitRates };
const adapter: CaptureAdapter = {
  kind: gaugesKind,
  take: () => Promise.resolve({ documents: [filled(gaugesDocument, { poolInUse: 3, waiting: 9 })], raw: [], missing: [] }),
};

it('is asked of every target, in the order of the registry', () => {
  const tasks = captureTasks(extended.kinds, { service: 'shop', databases: [] });
  expect(tasks.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
    'profile: CPU profile of shop',
    'service: process and sockets of shop',
    'gauges: gauges of shop',
  ]);
});

it('is taken, stored and read back by the worker', async () => {
  const deps = await fakeDependencies({ captures: [adapter], judgement: extended });
  const request = { ownerId: 'i', endpoint: 'shop/orders', delayMs: 0, durationMs: 1000, options: {} };
  const capture = await inActivity(() => createActivities(deps).capture('gauges', request));
  expect(capture).toMatchObject({ headline: '9 wait for the pool', artifacts: [{ name: 'gauges.json', kind: 'gauges' }] });
});

it('is described, cited and judged by a rule that requires it', () => {
  const input = captures();
  const read: typeof input.read = (document) =>
    document.name === gaugesDocument.name ? document.schema.parse({ poolInUse: 3, waiting: 9 }) : input.read(document);
  const { causes, evidence } = diagnose({ ...input, read }, extended);
  expect(causes[0]).toMatchObject({ id: 'pool-exhausted', location: { pool: 'gauges' } });
  expect(evidence.find(({ id }) => id === causes[0]?.evidence[0])?.summary).toBe('gauges: 9 wait for the pool');
});

it('is told as not judged where it was not taken', async () => {
  const { manifest } = await readEvidence(join(recordedEvidence(), 'missing-index'));
  expect(manifest.captures.map(({ kind }) => kind)).not.toContain('gauges');
  expect(diagnose(captures(), extended).notJudged).toEqual([{ id: 'pool-exhausted', needs: ["the gauges of the service's own pools"] }]);
});
