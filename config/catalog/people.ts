/** Who can be told, and on which channels in which order. */
import { z } from 'zod';
import { personalNotifiers } from '../../adapters/notifiers/registry.js';
import { isTimezone } from '../../core/command/oncall/local-time.js';
import { byKind, mapping, nameKey, secretRef, text } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';
import { clockTime } from './clock-time.js';

export const timezone = text('a time zone by its name', 'write e.g. timezone: Europe/Berlin', isTimezone);

const personSchema = mapping({
  name: text('a name', 'write e.g. name: Alice A.').optional(),
  role: text('a role', 'write e.g. role: On-Call Engineer').optional(),
  timezone: timezone.optional(),
  notify: z.array(byKind(personalNotifiers), { error: 'a list of channels' }),
  /** Nothing but SEV1 and SEV2 is sent then; the rest comes as one digest afterwards. */
  quietHours: mapping({ from: clockTime('from', '22:00'), to: clockTime('to', '07:00') }).optional(),
  /** Proves who sends a command over the web. */
  token: secretRef.optional(),
  /** As a trusted proxy names the person (hook.identity); their key when absent. */
  identity: text('a name', 'write e.g. identity: ada@example.com').optional(),
});

export const people = { top: { people: z.record(nameKey, personSchema).optional() } } satisfies CatalogFragment;
