/** The only place where this workflow shows its state: board and search attributes. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { CommandState } from '../../core/command/incident/command-state.js';
import { holderOf } from '../../core/command/incident/roles.js';
import { incCommander, incService, incSeverity, incStatus } from '../respond/search-attributes.js';
import { boardOf } from './board.js';

function attributesOf({ severity, status, roles, affected }: CommandState): SearchAttributePair[] {
  const commander = holderOf(roles, 'commander');
  return [
    { key: incSeverity, value: severity },
    { key: incStatus, value: status },
    ...(commander === null ? [] : [{ key: incCommander, value: commander }]),
    ...(affected.length === 0 ? [] : [{ key: incService, value: [...affected] }]),
  ];
}

/** Details cost nothing; attributes cost a history event, so only those that changed are written. */
export function publish(state: CommandState): void {
  setCurrentDetails(boardOf(state, Date.now()));
  const current = workflowInfo().typedSearchAttributes;
  const changed = attributesOf(state).filter(({ key, value }) => JSON.stringify(current.get(key)) !== JSON.stringify(value));
  if (changed.length > 0) upsertSearchAttributes(changed);
}
