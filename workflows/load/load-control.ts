/** The fleet's switch for load, and the lease that lets one host at a time load a service. */
import { condition, continueAsNew, defineSignal, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { number, object, optional, text, wholeText } from '../../core/decisions/read-message.js';
import { readStart } from '../kernel/on-message.js';
import { escapeMarkdown } from '../../core/decisions/escape-markdown.js';
import {
  leaseMs,
  loadOnName,
  releaseLeaseName,
  renewLeaseName,
  type LoadLeaseStart,
  type LoadOffStart,
} from '../../core/decisions/load/load-control.js';

const readLoadOff = object({ reason: text(10_000), by: text(1_000) });
const longestLeaseMs = 3_600_000;
const readLoadLease = object({ service: wholeText(300), holder: wholeText(1_000), ttlMs: optional(number(1, longestLeaseMs)) });

/** Runs while load is off. `perf-responder load on` gives the reason, which the history keeps, and ends it. */
export async function loadOff(start: LoadOffStart): Promise<void> {
  const { reason, by } = readStart(readLoadOff, start);
  setHandler(defineSignal(loadOnName), () => undefined);
  setCurrentDetails(`Load is off everywhere: ${escapeMarkdown(reason)} (${escapeMarkdown(by)})`);
  await condition(() => false);
}

/** Runs while somebody loads the service. It ends when the lease is given back or not renewed in time. */
export async function loadLease(given: LoadLeaseStart): Promise<'released' | 'expired'> {
  const start = readStart(readLoadLease, given);
  const state = { renewals: 0, isReleased: false };
  setHandler(defineSignal(renewLeaseName), () => {
    state.renewals += 1;
  });
  setHandler(defineSignal(releaseLeaseName), () => {
    state.isReleased = true;
  });
  setCurrentDetails(`${escapeMarkdown(start.service)} is loaded by ${escapeMarkdown(start.holder)}`);
  for (;;) {
    const { renewals } = state;
    const isHeard = await condition(() => state.isReleased || state.renewals > renewals, start.ttlMs ?? leaseMs);
    if (state.isReleased) return 'released';
    if (!isHeard) return 'expired';
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof loadLease>(start);
  }
}
