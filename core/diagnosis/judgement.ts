import type { CaptureKind } from '../evidence/capture-kind.js';
import { captureKinds } from '../evidence/registry.js';
import type { HitRates } from './confidence.js';
import { hitRates } from './hit-rates.js';
import type { Rule } from './rule.js';
import { rules } from './rules/registry.js';

/** By what evidence is described and judged. */
export interface Judgement {
  kinds: readonly CaptureKind[];
  rules: readonly Rule[];
  hitRates: HitRates;
}

/** That of this version. */
export const judgement: Judgement = { kinds: captureKinds, rules, hitRates };
