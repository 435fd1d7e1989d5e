/** Shared by check, health, logs and changes: the catalog, the chosen services, and when the exit code is 1. */
import { readCatalog, type Catalog } from '../../../config/catalog.js';
import { nearestName } from '../../../config/nearest-name.js';
import { verdicts, worst, type Verdict } from '../../../core/command/checks/check.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { CommandContext } from '../command-context.js';
import { AnsweredError } from '../exit-code.js';
import { choiceOption } from '../option-values.js';

export type FailOn = 'warn' | 'fail';

export const failOnOption = [
  '--fail-on <verdict>',
  'exit code 1 when something is at least that bad: warn or fail (default: 0 whatever is found)',
  choiceOption('--fail-on', ['warn', 'fail'] as const),
] as const;

/** The names of the chosen services; without a name all of the catalog. */
export async function catalogAndServices(
  context: CommandContext,
  service: string | undefined,
): Promise<{ catalog: Catalog; services: string[] }> {
  const catalog = await readCatalog(context.catalogFile);
  const known = Object.keys(catalog.services);
  if (service === undefined) return { catalog, services: known };
  if (known.includes(service)) return { catalog, services: [service] };
  const near = nearestName(service, known);
  throw new UnreadableInputError(
    `expected a service of the catalog (${known.join(', ')}), got "${service}"; ${near === null ? 'choose one of them' : `did you mean "${near}"?`}`,
  );
}

/** Sets the exit code that `--fail-on` asked for, after the document was printed. */
export function failOn(wanted: FailOn | undefined, found: readonly Verdict[]): void {
  if (wanted === undefined) return;
  const most = worst(found);
  if (verdicts.indexOf(most) >= verdicts.indexOf(wanted)) throw new AnsweredError(`at least one is ${most}`, 1);
}
