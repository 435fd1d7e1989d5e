import { runProgram } from './run-program.js';
import type { StepRunner } from './step-runner.js';

/** A script of the author's; parameters are its environment and never part of its text. An unset name or a failed line ends it. */
export const shell: StepRunner<'shell'> = {
  kind: 'shell',
  run: ({ script }, context) => {
    const given = context.parameters.map((name): [string, string] => [name, String(context.values[name] ?? '')]);
    const environment = { ...context.environment, ...Object.fromEntries(given) };
    return runProgram(['sh', '-eu', '-c', script, 'sh'], { ...context, environment });
  },
  simulate: null,
};
