import { runtimeTraits } from '../../core/runtimes/registry.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import type { ReportInput } from '../report-input.js';
import { code, rich, typed, type Rich } from '../rich-text.js';
import { triageCommand } from './actions.js';

/** A notification only has the incident; the report also has the process. */
export type RemedyInput = Pick<ReportInput, 'incident'> & Partial<Pick<ReportInput, 'service' | 'plan'>>;

/** Length of a window that has no plan of its own. */
const usualWindowMs = 30_000;
const warmUpLeftOutMs = 1000;

/** Captures that a profile taken by hand can replace. */
function isOfProfile({ id }: MissingEvidence): boolean {
  return /(^|-)profile$/.test(id);
}

/**
 * What to do about missing evidence. For a profile that could not be taken, these are the commands of the service's own runtime: one to take it while the
 * load runs, one to read it.
 */
export function remedyOfMissing(row: MissingEvidence, input: RemedyInput): Rich {
  const process = input.service?.process ?? null;
  if (!isOfProfile(row) || process === null) return [row.remedy];
  const seconds = Math.max(1, Math.round(((input.plan?.durationMs ?? usualWindowMs) - warmUpLeftOutMs) / 1000));
  const byHand = runtimeTraits(process.runtime).profileByHand?.({ pid: process.pid, seconds });
  if (byHand === undefined) return [row.remedy];
  const again = triageCommand(input.incident);
  // A remedy that only says that somebody else may take the profile says less than how to take it.
  const first = /with --profile FILE/.test(row.remedy) ? 'while' : `${row.remedy.replace(/\.$/, '')}. By hand, while`;
  return rich`${first} ${code(again)} sends the load: ${typed(byHand.command)} Then ${typed(`${again} --profile ${byHand.file}`)}`;
}
