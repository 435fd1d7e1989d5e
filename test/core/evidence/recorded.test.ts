/** Every recorded window, judged again: what each one answers is pinned, so that a change of a rule shows its effect on all of them. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import { findUncitedClaims } from '../../../report/citations.js';
import { faults } from '../../../lab/faults/registry.js';
import { guests } from '../../../lab/guests/registry.js';
import { pinnedAnswer, recordedEvidence, recordedNames } from '../../../lab/record-evidence.js';

const names = recordedNames();

describe.each(names)('the recorded window %s', (name) => {
  const folder = join(recordedEvidence(), name);

  it('gives the answer that is pinned, and cites evidence for every claim', async () => {
    const incident = judgeEvidence(await readEvidence(folder), judgement);
    const answer = `${JSON.stringify(pinnedAnswer(incident), null, 2)}\n`;
    expect(answer, 'a change that is meant: npm run lab -- --rejudge').toBe(readFileSync(join(folder, 'expected.json'), 'utf8'));
    expect(findUncitedClaims(incident)).toEqual([]);
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
