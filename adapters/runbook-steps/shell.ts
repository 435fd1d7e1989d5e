import { text } from '../../config/catalog-fields.js';
import type { ActionProblem } from '../../core/command/runbook/action-words.js';
import { runProgram } from './run-program.js';
import { acting } from './step-kind.js';

function problems({ script }: { script: string }): ActionProblem[] {
  if (script.includes('{{'))
    return [
      {
        key: 'script',
        expected: 'a script without {{…}}',
        came: 'a placeholder in it',
        fix: 'parameters are environment variables of a script: write "$name"',
      },
    ];
  if (/(^|[\s;&|])set\s+-[a-z]*x/m.test(script))
    return [
      {
        key: 'script',
        expected: 'a script that does not print its commands',
        came: 'set -x',
        fix: 'remove it: it prints values that must not be printed',
      },
    ];
  return [];
}

/** A script of the author's; parameters are its environment and never part of its text. An unset name or a failed line ends it. */
export const shell = acting({
  kind: 'shell',
  keys: { script: text('a script', "write e.g. script: |, and the script's lines below it") },
  // It can do anything.
  risk: 'high',
  mayLook: false,
  takesParameters: true,
  texts: () => [],
  fill: (action) => action,
  problems,
  describe: ({ script }) => script.trimEnd(),
  readCell: (body) => ({ script: body }),
  run: ({ script }, context) => {
    const given = context.parameters.map((name): [string, string] => [name, String(context.values[name] ?? '')]);
    const environment = { ...context.environment, ...Object.fromEntries(given) };
    return runProgram(['sh', '-eu', '-c', script, 'sh'], { ...context, environment });
  },
});
