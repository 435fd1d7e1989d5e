import { noAnswer, type StepContext, type StepEnding, type StepRunner } from './step-runner.js';

async function run(
  { check: id, target }: { check: string; target: string | null },
  { access, service, values, signal }: StepContext,
): Promise<StepEnding> {
  const ofRunbook = service === '*' ? String(values['service'] ?? '') : service;
  const { isGood, detail } = await access.check(id, target ?? ofRunbook, signal);
  return { kind: 'ended', answer: { ...noAnswer, exit: isGood ? 0 : 1, stdout: detail, stderr: isGood ? '' : detail } };
}

export const check: StepRunner<'check'> = { kind: 'check', run, simulate: null };
