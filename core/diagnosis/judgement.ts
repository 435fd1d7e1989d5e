import type { CaptureKind } from '../evidence/capture-kind.js';
import { captureKinds } from '../evidence/registry.js';
import type { HitRates } from './confidence.js';
import { hitRates } from './hit-rates.js';
import type { Rule } from './rule.js';
import { rules } from './rules/registry.js';

/** What describes and judges the evidence. */
export interface Judgement {
  kinds: readonly CaptureKind[];
  rules: readonly Rule[];
  hitRates: HitRates;
}

/** The one of this version. */
export const judgement: Judgement = { kinds: captureKinds, rules, hitRates };
