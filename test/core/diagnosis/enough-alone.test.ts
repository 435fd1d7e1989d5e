import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { capByBudget } from '../../../core/diagnosis/enough-alone.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import type { Incident } from '../../../core/model/incident.js';
import { recordedEvidence } from '../../../lab/cases/record-evidence.js';

const judge = async (name: string): Promise<Incident> => judgeEvidence(await readEvidence(join(recordedEvidence(), name)), judgement);
const capped = (incident: Incident, p95Ms: number, others = incident.missingEvidence): ReturnType<typeof capByBudget> =>
  capByBudget(incident.causes, { input: { budgets: { p95Ms } } as never }, others);

it('lowers the confidence of a cause without which the budget stays broken, and leads with what would settle the rest', async () => {
  const incident = await judge('library-unlisted-database');
  expect(incident.causes.map(({ id }) => id)).toEqual(['slow-dependency']);
  expect(incident.missingEvidence[0]).toMatchObject({ id: 'rest-over-budget', why: expect.stringContaining('budget is 15') as string });
  const { confidence, basis } = incident.causes[0] ?? expect.fail('no cause');
  expect(confidence).toBeLessThan((0.8 * ((basis?.hits ?? 0) + 1)) / ((basis?.cases ?? 0) + 2));
});

it('multiplies by the part of what is over the budget that goes with the cause', async () => {
  const incident = await judge('parcel-list');
  const { remedy, confidence } = incident.causes[0] ?? expect.fail('no cause');
  const { nowMs, lowMs } = remedy.forecast ?? expect.fail('no forecast');
  const budgetMs = lowMs / 2;
  const { causes, missing } = capped(incident, budgetMs, []);
  expect(causes[0]?.confidence).toBeCloseTo((confidence * (nowMs - lowMs)) / (nowMs - budgetMs), 6);
  expect(missing).toEqual([
    expect.objectContaining({ id: 'rest-over-budget', remedy: expect.stringContaining('run the confirmation') as string }),
  ]);
});

it('leaves a cause alone whose removal brings the budget back, and several causes of which each leaves the others', async () => {
  const incident = await judge('parcel-list');
  expect(capped(incident, 60)).toEqual({ causes: incident.causes, missing: [] });
  const two = { ...incident, causes: [...incident.causes, ...incident.causes] };
  expect(capped(two, 1)).toEqual({ causes: two.causes, missing: [] });
});
