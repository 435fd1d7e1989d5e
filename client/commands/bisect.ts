import type { Command } from 'commander';
import { UnreadableInputError } from '../../core/model/errors.js';
import { choiceOption, numberOption } from './option-values.js';

const metrics = ['p95', 'p50', 'error-ratio', 'cpu', 'db-time'] as const;

/** The seam for the commit bisector: the options are the contract's, the work is not built yet, and it says so. */
function bisect(endpoint: string): never {
  throw new UnreadableInputError(
    `bisect: expected a commit bisector, but this version has none yet (asked for ${endpoint}); look through the commits by hand, or use a later version`,
  );
}

export function registerBisect(program: Command): void {
  program
    .command('bisect')
    .description('find the commit that made an endpoint slower')
    .argument('<endpoint>', 'SERVICE/ENDPOINT of a service with a repository')
    .option('--good <rev>', 'a commit that was good (beats the catalog)')
    .option('--bad <rev>', 'a commit that is bad (default: HEAD)')
    .option('--metric <metric>', metrics.join(', '), choiceOption('--metric', metrics), 'p95')
    .option(
      '--min-effect <ratio>',
      'smallest slowdown worth a search',
      numberOption('--min-effect', { minimum: 1.01, maximum: 1000, whole: false }),
      1.2,
    )
    .option(
      '--budget-runs <number>',
      'at most so many load runs',
      numberOption('--budget-runs', { minimum: 1, maximum: 10_000, whole: true }),
    )
    .option('--budget-minutes <number>', 'at most so long', numberOption('--budget-minutes', { minimum: 1, maximum: 10_080, whole: false }))
    .option('--detach', 'start it and return at once')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder bisect shop/place-order --good v1.4.0\n  $ perf-responder bisect shop/place-order --good v1.4.0 --bad HEAD --metric cpu --budget-runs 60 --json',
    )
    .action(bisect);
}
