import { joinWords } from '../../core/command/runbook/split-words.js';
import { runProgram } from './run-program.js';
import { argv, commandCell } from './step-keys.js';
import { acting } from './step-kind.js';

export const command = acting({
  kind: 'command',
  keys: { run: argv('[shopctl, scale, "3"]') },
  problems: ({ run: [program = ''] }) =>
    program.includes('{{')
      ? [{ key: 'run', expected: 'a program that is written out', came: program, fix: 'a parameter may not choose the program' }]
      : [],
  describe: ({ run }) => joinWords(run),
  readCell: commandCell(null),
  run: ({ run }, context) => runProgram(run, context),
});
