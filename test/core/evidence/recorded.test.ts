/** Every recorded window, judged again: what each one answers is pinned, so that a change of a rule shows its effect on all of them. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { assured } from '../../../core/diagnosis/confidence.js';
import { hitRates } from '../../../core/diagnosis/hit-rates.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import { findUncitedClaims } from '../../../report/citations.js';
import { accuracyPage } from '../../../lab/cases/accuracy-page.js';
import { checkRecordedForecasts, medianError } from '../../../lab/cases/forecast-errors.js';
import { accuracyPath, countHits, hitRatesFile, hitRatesPath, judgeRecorded } from '../../../lab/cases/calibrate.js';
import { projectRoot } from '../../../lab/program-path.js';
import { faults } from '../../../lab/faults/registry.js';
import { guests } from '../../../lab/guests/registry.js';
import { pinnedAnswer, recordedEvidence, recordedNames } from '../../../lab/cases/record-evidence.js';

const names = recordedNames();
const noRest = { application: 0, database: 1, elsewhere: 0, unattributed: 0 };

describe.each(names)('the recorded window %s', (name) => {
  const folder = join(recordedEvidence(), name);

  it('gives the answer that is pinned, and cites evidence for every claim', async () => {
    const incident = judgeEvidence(await readEvidence(folder), judgement);
    const answer = `${JSON.stringify(pinnedAnswer(incident), null, 2)}\n`;
    expect(answer, 'a change that is meant: npm run lab -- --rejudge').toBe(readFileSync(join(folder, 'expected.json'), 'utf8'));
    expect(findUncitedClaims(incident)).toEqual([]);
    if (incident.outcome === 'inconclusive') expect(incident.missingEvidence).not.toEqual([]);
  });

  it('is small, and tells nothing of the machine it was recorded on', () => {
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).size, file).toBeLessThan(200_000);
      expect(readFileSync(join(folder, file), 'utf8').match(/(?<!\/srv)\/(?:work|home|root|Users)\/[^"]*/g), file).toBeNull();
    }
  });
});

it('holds a window of every fault and control of the lab, and of every guest', () => {
  expect(names).toEqual(expect.arrayContaining([...faults, ...guests].map(({ name }) => name)));
  expect(guests.length).toBeGreaterThanOrEqual(12);
});

describe('the confidence of a cause', () => {
  it('is counted over the recorded windows: table and page are what a count of today gives', async () => {
    const judged = await judgeRecorded();
    expect(readFileSync(join(projectRoot(), hitRatesPath), 'utf8'), 'npm run lab -- --calibrate').toBe(hitRatesFile(countHits(judged)));
    expect(readFileSync(join(projectRoot(), accuracyPath), 'utf8'), 'npm run lab -- --calibrate').toBe(
      accuracyPage(judged, names.length, await checkRecordedForecasts()),
    );
  });

  it('goes with forecasts that are at most 30 % off in the median of all recorded re-runs', async () => {
    const forecasts = await checkRecordedForecasts();
    expect(forecasts.length).toBeGreaterThanOrEqual(10);
    expect(medianError(forecasts)).toBeLessThanOrEqual(0.3);
    // A range that holds less than four of five measurements is too narrow to be called one.
    expect(forecasts.filter(({ isInside }) => isInside).length / forecasts.length).toBeGreaterThanOrEqual(0.8);
  });

  it('is never higher than the cases allow', () => {
    for (const { hits, cases } of Object.values(hitRates)) {
      expect(hits).toBeLessThanOrEqual(cases);
      const { confidence, basis } = assured({ sides: noRest, hitRates: { ...hitRates, 'lock-tree': { hits, cases } } }, 'lock-tree');
      expect(confidence).toBeLessThan((cases + 1) / (cases + 2) + 1e-9);
      expect(basis.interval[0]).toBeLessThanOrEqual(confidence);
      expect(basis.interval[1]).toBeGreaterThanOrEqual(confidence);
    }
  });

  it('loses half of what nobody was seen to hold', () => {
    const rates = { ...hitRates, 'lock-tree': { hits: 8, cases: 8 } };
    expect(assured({ sides: noRest, hitRates: rates }, 'lock-tree').confidence).toBeCloseTo(0.9);
    expect(assured({ sides: { ...noRest, unattributed: 0.5 }, hitRates: rates }, 'lock-tree').confidence).toBeCloseTo(0.675);
  });
});
