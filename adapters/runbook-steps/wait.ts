import { durationMs, mapping, text } from '../../config/catalog-fields.js';
import { own } from './step-kind.js';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const untilSchema = mapping({
  check: text('the id of a check', 'write e.g. check: service.health'),
  timeout: durationMs('timeout', second, day, '2m').optional(),
}).transform(({ check, timeout }) => ({ check, timeoutMs: timeout ?? 2 * minute }));

export const wait = own('wait', {
  keys: { for: durationMs('for', second, day, '5s').optional(), until: untilSchema.optional() },
  toAction: ({ for: forMs, until }) => ({ kind: 'wait', until: until ?? null, forMs: forMs ?? null }),
  texts: () => [],
  fill: (action) => action,
  problems: ({ forMs, until }) =>
    (forMs === null) === (until === null)
      ? [{ key: null, expected: 'exactly one of for and until', came: forMs === null ? 'neither' : 'both', fix: 'write e.g. for: 5s' }]
      : [],
  describe: ({ forMs, until }) =>
    until === null ? `wait ${(forMs ?? 0) / 1000} s` : `wait until ${until.check} passes, at most ${until.timeoutMs / 1000} s`,
});
