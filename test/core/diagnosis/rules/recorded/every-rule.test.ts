import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { judgement } from '../../../../../core/diagnosis/judgement.js';
import { causeIds } from '../../../../../core/model/cause.js';

it('every cause has a rule, and every rule a test of its own on recorded windows', () => {
  const files = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' });
  const tested = files.flatMap((file) => /^(?:.+\/)?(?!every-rule)([^/]+)\.test\.ts$/.exec(file)?.[1] ?? []);
  const ruled = [...new Set(judgement.rules.map(({ id }) => id))];
  expect([...causeIds].sort()).toEqual(ruled.sort());
  expect(tested.sort()).toEqual(ruled);
});
