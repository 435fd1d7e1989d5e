import { runProgram } from './run-program.js';
import type { StepRunner } from './step-runner.js';

export const command: StepRunner<'command'> = { kind: 'command', run: ({ run }, context) => runProgram(run, context), simulate: null };
