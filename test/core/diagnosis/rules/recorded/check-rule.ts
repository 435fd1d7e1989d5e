import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../../../core/evidence/judge-evidence.js';
import type { CauseId, CauseLocation } from '../../../../../core/model/cause.js';
import type { Incident } from '../../../../../core/model/incident.js';
import { recordedEvidence } from '../../../../../lab/cases/record-evidence.js';

/** One document of a recorded window, changed: what a window of another kind would have left. */
export type Change = (documents: Map<string, unknown>) => void;

export interface RuleCases {
  /** Windows in which the rule's cause is the first one, with a part of the place that it names. */
  fires: [window: string, place: Partial<CauseLocation>, change?: Change][];
  /** Windows in which it is neither named nor suspected. */
  silent: string[];
  /** Windows that look much the same from outside, and what they are. `null`: no cause. */
  lookAlike: [window: string, named: CauseId | null, change?: Change][];
}

/** Fires, silent, look-alike: each rule on windows that were really recorded. */
export function checkRule(id: CauseId, { fires, silent, lookAlike }: RuleCases): void {
  describe(id, () => {
    it.each(fires)('is the first cause of %s, at its place', async (window, place, change) => {
      const [first] = (await judged(window, change)).causes;
      expect(first?.id).toBe(id);
      expect(first?.location).toMatchObject(place);
      expect(first?.evidence.length).toBeGreaterThan(0);
      expect(first?.basis?.pattern).toBeDefined();
    });

    it.each(silent)('says nothing about %s', async (window) => {
      expect((await judged(window)).causes.map((cause) => cause.id)).not.toContain(id);
    });

    it.each(lookAlike)('leaves %s to %s', async (window, named, change) => {
      const ids = (await judged(window, change)).causes.map((cause) => cause.id);
      expect(ids).not.toContain(id);
      expect(ids[0] ?? null).toBe(named);
    });
  });

  it(`${id} has a rule, whose every threshold says where it comes from`, () => {
    const rules = judgement.rules.filter((rule) => rule.id === id);
    expect(rules.length).toBeGreaterThan(0);
    for (const { thresholds, requires } of rules) {
      expect(requires.length).toBeGreaterThan(0);
      for (const [name, { unit, source }] of Object.entries(thresholds)) {
        expect(unit, name).not.toBe('');
        expect(source, name).toMatch(/^.{30,}\.$/);
      }
    }
  });
}

async function judged(window: string, change?: Change): Promise<Incident> {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), window));
  const changed = structuredClone(new Map(documents));
  change?.(changed);
  return judgeEvidence({ manifest, documents: changed });
}
