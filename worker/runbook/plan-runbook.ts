/** Turns a proposal into what would run: the current text of the runbook, its commands filled in, and the digest that an approval binds. */
import { basename } from 'node:path';
import type { Catalog } from '../../config/catalog.js';
import { findRunbook } from '../../config/runbook/find-runbook.js';
import { parseRunbook } from '../../config/runbook/read-runbook.js';
import type { MitigationProposal, PlannedMitigation } from '../../core/command/mitigation/mitigation-input.js';
import { stepKindOf } from '../../adapters/runbook-steps/registry.js';
import { changesNothing, type Step } from '../../core/command/runbook/runbook.js';
import { TemplateError, type Values } from '../../core/command/runbook/template.js';
import { digestOf, openRunbook } from './open-runbook.js';

/** The runbook has longer commands in full; a history and a page show their beginning. */
const longestCommand = 500;

/** What the step does, as far as it is known before it runs: outputs of earlier steps are not. */
function commandOf({ action, title }: Step, values: Values): string {
  try {
    const kind = stepKindOf(action.kind);
    return kind.describe(kind.fill(action, values), values).slice(0, longestCommand);
  } catch (error) {
    if (error instanceof TemplateError) return `${title} (with what comes out of the steps before)`;
    throw error;
  }
}

/** Throws UnreadableInputError when the runbook, a parameter or a command of the catalog is missing. */
export async function planRunbook(
  catalog: Catalog,
  proposal: MitigationProposal,
  keep: (name: string, text: string) => Promise<string>,
): Promise<PlannedMitigation> {
  const { path, text } = await findRunbook(proposal.runbook, catalog);
  const file = basename(path);
  const { params } = parseRunbook(text, file);
  // A runbook that a change names need not have a parameter for the service.
  const parameters = Object.fromEntries(Object.entries(proposal.parameters).filter(([name]) => name in params));
  const opened = openRunbook(catalog, file, text, parameters);
  const acting = opened.runbook.steps.filter(({ action }) => !changesNothing(action));
  return {
    ...{ ...proposal, parameters, risk: opened.risk, file },
    commands: acting.map((step) => commandOf(step, opened.values)),
    snapshot: await keep(file, text),
    digest: digestOf(opened),
  };
}
