import { expect, it } from 'vitest';
import { foreignPlans } from '../../core/database/plan-formats/foreign.js';
import { planFormats } from '../../core/database/plan-formats/registry.js';
import { foreignFiles as foreignLoads } from '../../core/load/formats/known-foreign.js';
import { loadFormats } from '../../core/load/formats/registry.js';
import { foreignFiles as foreignProfiles } from '../../core/profile/formats/foreign.js';
import { profileFormats } from '../../core/profile/formats/registry.js';
import { renderFormatsPage } from '../support/formats-page.js';

it('docs/formats.md says what the registries say', async () => {
  const page = renderFormatsPage({
    profiles: profileFormats,
    plans: planFormats,
    loads: loadFormats,
    foreignProfiles,
    foreignLoads,
    foreignPlans: foreignPlans.map(({ name }) => name),
  });
  await expect(page).toMatchFileSnapshot('../../docs/formats.md');
});

it('says of every format who writes it, how, and how exact it is', () => {
  for (const { id, expects, tool, command, exactness } of profileFormats) {
    for (const text of [expects, tool, command, exactness]) expect(text, id).toMatch(/\w{3}/);
  }
  expect(new Set(profileFormats.map(({ id }) => id)).size).toBe(profileFormats.length);
  for (const { name, remedy } of foreignProfiles) expect(remedy, name).toMatch(/\w{3}/);
});
