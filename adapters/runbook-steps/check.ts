import { durationMs, text } from '../../config/catalog-fields.js';
import { fillIn } from '../../core/command/runbook/template.js';
import { noAnswer, type StepContext, type StepEnding } from './step-context.js';
import { own } from './step-kind.js';

const second = 1000;
const day = 24 * 60 * 60 * second;

const keys = {
  check: text('the id of a check', 'write e.g. check: service.health'),
  target: text('what is checked', 'write e.g. target: shop').optional(),
  for: durationMs('for', second, day, '10s').optional(),
};

async function run(
  { check: id, target }: { check: string; target: string | null },
  { access, service, values, signal }: StepContext,
): Promise<StepEnding> {
  const ofRunbook = service === '*' ? String(values['service'] ?? '') : service;
  const { isGood, detail } = await access.check(id, target ?? ofRunbook, signal);
  return { kind: 'ended', answer: { ...noAnswer, exit: isGood ? 0 : 1, stdout: detail, stderr: isGood ? '' : detail } };
}

/** A check only looks, so it is its own rehearsal. */
async function simulate(action: { check: string; target: string | null }, context: StepContext): Promise<string | null> {
  const ending = await run(action, context);
  return ending.kind === 'ended' ? `it says now: ${ending.answer.stdout}` : null;
}

export const check = own('check', {
  keys,
  toAction: ({ check: id, target, for: forMs }) => ({ kind: 'check', check: id, target: target ?? null, forMs: forMs ?? null }),
  texts: ({ target }) => [target ?? ''],
  fill: (action, values) => ({ ...action, target: action.target === null ? null : fillIn(action.target, values) }),
  describe: ({ check: id, target }) => `check ${id}${target === null ? '' : ` of ${target}`}`,
  run,
  simulate,
});
