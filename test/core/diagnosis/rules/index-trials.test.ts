import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEvidence } from '../../../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../../core/evidence/judge-evidence.js';
import { scanDocument } from '../../../../core/evidence/kinds/query-scan.js';
import type { IndexTrial, QueryScan } from '../../../../core/model/database.js';
import type { Incident } from '../../../../core/model/incident.js';
import { recordedEvidence } from '../../../../lab/cases/record-evidence.js';

const trial = (values: IndexTrial['values'], isSlower: boolean): IndexTrial => ({
  ...{ values, matches: 0, beforeMs: 103, rowsThrough: 200_000, cost: null, isSlower },
});

/** The recorded window with these tries beside each candidate. */
async function judgeWith(name: string, tried: IndexTrial[]): Promise<Incident> {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), name));
  const scans = (documents.get(scanDocument.name) as QueryScan[]).map((scan) => ({
    ...scan,
    statements: scan.statements.map((one) => ({ ...one, candidates: one.candidates.map((each) => ({ ...each, tried })) })),
  }));
  return judgeEvidence({ manifest, documents: new Map([...documents, [scanDocument.name, scans]]) }, judgement);
}

it('tells which values get slower with an index that is advised, and is less sure of it', async () => {
  const [cause] = (await judgeWith('missing-index', [trial('plan', false), trial('absent', true)])).causes;
  expect(cause).toMatchObject({ id: 'missing-index', basis: { pattern: 'plan-estimated' } });
  expect(cause?.summary).toContain(
    'Tried with values that no row has: 0 rows match, 103 ms now, and the index would lead through 200000 rows one by one',
  );
});

it('says with how many kinds of values nothing gets slower', async () => {
  const [cause] = (await judgeWith('missing-index', [trial('plan', false), trial('rare', false), trial('absent', false)])).causes;
  expect(cause).toMatchObject({ id: 'missing-index', basis: { pattern: 'plan-executed' } });
  expect(cause?.summary).toContain('Tried with 3 kinds of values, values that no row has among them: none gets slower');
});

it('never advises an index that is slower with the values of the window itself', async () => {
  const { causes } = await judgeWith('missing-index', [trial('plan', true)]);
  expect(causes.map(({ id }) => id)).not.toContain('missing-index');
});

it('puts the figures under the gamble of an order index below a pattern', async () => {
  const [cause] = (await judgeWith('product-search', [trial('plan', false), trial('absent', true)])).causes;
  expect(cause?.id).toBe('non-sargable-predicate');
  expect(cause?.summary).toContain('slower than now. Tried with values that no row has');
});

it('says that a trigram index is untried, where pg_trgm is there and the index could be built at once', async () => {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), 'product-search'));
  const indexStatement = 'CREATE INDEX CONCURRENTLY "i" ON "public"."products" USING gin ((lower(name)) public.gin_trgm_ops)';
  const scans = (documents.get(scanDocument.name) as QueryScan[]).map((scan) => ({
    ...scan,
    statements: scan.statements.map((one) => ({
      ...one,
      nonSargable: one.nonSargable.map((each) => ({ ...each, rewrite: null, indexStatement })),
    })),
  }));
  const [cause] = judgeEvidence({ manifest, documents: new Map([...documents, [scanDocument.name, scans]]) }, judgement).causes;
  expect(cause).toMatchObject({ id: 'non-sargable-predicate', remedy: { kind: 'create-index', statement: indexStatement } });
  expect(cause?.summary).toMatch(
    /The trigram index: it serves words of three letters and more, .* writes to name slower, and is untried here/,
  );
});
