/** A runbook with its parameters and the catalog's commands filled in: what is approved, and what is run. */
import { createHash } from 'node:crypto';
import type { Catalog } from '../../config/catalog.js';
import { parseRunbook } from '../../config/runbook/read-runbook.js';
import { command } from '../../adapters/runbook-steps/command.js';
import { stepKindOf } from '../../adapters/runbook-steps/registry.js';
import { effectiveRisk } from '../../core/command/runbook/check-runbook.js';
import { argumentsOf } from '../../core/command/runbook/parameters.js';
import type { OpenedRunbook } from '../../core/command/runbook/run-state.js';
import type { Action } from '../../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../../core/model/errors.js';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Throws UnreadableInputError for an invalid file, parameter or command of the catalog. */
export function openRunbook(catalog: Catalog, file: string, text: string, given: Record<string, string>): OpenedRunbook {
  const written = parseRunbook(text, file);
  const values = argumentsOf(written.params, given);
  if (!values.ok) throw new UnreadableInputError(`${written.name}: ${values.problems.join('; ')}`);
  const service = String(values.values['service'] ?? written.service);
  const runbook = { ...written, steps: written.steps.map((step) => ({ ...step, action: deployAction(catalog, service, step.action) })) };
  return {
    runbook,
    values: values.values,
    hash: sha256(text),
    risk: effectiveRisk(written, stepKindOf),
    approval: catalog.incidents?.approval ?? 'any',
  };
}

/** Covers everything that a run would do: an approval of it is valid for nothing else. */
export function digestOf(opened: OpenedRunbook): string {
  return sha256(JSON.stringify(opened));
}

/** `@deploy.rollback` and `@deploy.restart` stand for the commands that the catalog names for the service; these are approved and run unchanged. */
function deployAction(catalog: Catalog, service: string, action: Action): Action {
  const word = command.is(action) ? /^@deploy\.(rollback|restart)$/.exec(action.run[0] ?? '')?.[1] : undefined;
  if (word === undefined) return action;
  const run = catalog.services[service]?.deploy?.[word === 'rollback' ? 'rollback' : 'restart'];
  if (run !== undefined) return { kind: 'command', run };
  throw new UnreadableInputError(
    `expected services.${service}.deploy.${word} in the catalog, got none; write the command there, as a list`,
  );
}
