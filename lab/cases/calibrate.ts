import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvidence } from '../../adapters/artifacts/evidence-folder.js';
import { evidencePatterns, type EvidencePattern, type HitRates } from '../../core/diagnosis/confidence.js';
import { placeIds } from '../../core/diagnosis/causality.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../core/evidence/judge-evidence.js';
import type { Cause } from '../../core/model/cause.js';
import { projectRoot } from '../program-path.js';
import { recordedEvidence, recordedNames, type Story } from './record-evidence.js';
import { locationMismatches, type Places } from './score.js';
import { accuracyPage } from './accuracy-page.js';
import { checkRecordedForecasts } from './forecast-errors.js';
import type { JudgedCause } from './judged-cause.js';

const patterns = Object.keys(evidencePatterns) as EvidencePattern[];

function tableOf(rateOf: (pattern: EvidencePattern) => { hits: number; cases: number }): HitRates {
  return Object.fromEntries(patterns.map((pattern) => [pattern, rateOf(pattern)])) as HitRates;
}

/** Every pattern is trusted alike, so that what is counted does not depend on what was counted before. */
const evenly = tableOf(() => ({ hits: 1_000_000, cases: 1_000_000 }));

/** All causes that the rules name in the recorded windows, each compared with the truth. */
export async function judgeRecorded(): Promise<JudgedCause[]> {
  const judged = recordedNames().map(async (window) => {
    const folder = join(recordedEvidence(), window);
    const story = JSON.parse(readFileSync(join(folder, 'story.json'), 'utf8')) as Story;
    const { causes } = judgeEvidence(await readEvidence(folder), { ...judgement, hitRates: evenly });
    return causes.map((cause) => ({
      ...{ window, service: story.service, cause: cause.id },
      pattern: patternOf(cause),
      isHit: isTrue(cause, story),
    }));
  });
  return (await Promise.all(judged)).flat();
}

function patternOf({ id, basis }: Cause): EvidencePattern {
  const pattern = patterns.find((known) => known === basis?.pattern);
  if (pattern === undefined) throw new Error(`cause ${id} rests on ${basis?.pattern ?? 'nothing'}, expected one of ${patterns.join(', ')}`);
  return pattern;
}

/** An answer that says where, not why, is right at the true place, whatever the class of the defect. */
function isTrue({ id, location }: Cause, { truth, places }: Story): boolean {
  if (id === 'capacity') return truth.outcomes.includes('capacity');
  if (truth.cause === null || !(placeIds.has(id) || truth.cause.id === id)) return false;
  const found: Places = { peers: places.peers, sessions: new Map(Object.entries(places.sessions)) };
  return locationMismatches(truth.cause.location, location, found).length === 0;
}

export function countHits(judged: readonly JudgedCause[]): HitRates {
  return tableOf((pattern) => {
    const cases = judged.filter((one) => one.pattern === pattern);
    return { hits: cases.filter((one) => one.isHit).length, cases: cases.length };
  });
}

/** The file that the diagnosis reads. */
export function hitRatesFile(rates: HitRates): string {
  const rows = patterns.map((pattern) => {
    const key = /^\w+$/.test(pattern) ? pattern : `'${pattern}'`;
    return `  ${key}: { hits: ${rates[pattern].hits}, cases: ${rates[pattern].cases} },`;
  });
  return [
    "import type { HitRates } from './confidence.js';",
    '',
    '/** Written by `npm run lab -- --calibrate` from fixtures/evidence; docs/accuracy.md shows the cases. */',
    'export const hitRates: HitRates = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

export const hitRatesPath = 'core/diagnosis/hit-rates.ts';
export const accuracyPath = 'docs/accuracy.md';

/** Counts the hits of every pattern anew and writes the table and the page. */
export async function calibrate(): Promise<JudgedCause[]> {
  const judged = await judgeRecorded();
  writeFileSync(join(projectRoot(), hitRatesPath), hitRatesFile(countHits(judged)));
  writeFileSync(join(projectRoot(), accuracyPath), accuracyPage(judged, recordedNames().length, await checkRecordedForecasts()));
  return judged;
}
