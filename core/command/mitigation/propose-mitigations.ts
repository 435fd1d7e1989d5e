/**
 * What may be done at once, from what is known: changes, checks and causes. Each proposal cites its evidence and is one of the runbooks, with its
 * parameters. Nothing here is ever done by itself: a person approves it, and it is verified afterwards.
 */
import type { MitigationInput, MitigationProposal } from './mitigation-input.js';
import { mitigationRules, type MitigationDraft } from './mitigation-rules.js';

/** FNV-1a in 32 bits: tells apart what reads the same once its odd characters are gone. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A word that people can type: `restart-service-shop`. */
function planIdOf({ runbook, parameters, subject }: MitigationDraft): string {
  const given = Object.keys(parameters)
    .sort()
    .map((name) => parameters[name] ?? '');
  const written = [runbook, ...given, ...(subject === undefined ? [] : [subject])].join('-');
  const id = written.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);
  return id === written ? id : `${id}-${shortHash(written)}`;
}

/** Each runbook with the same parameters once, whatever asks for it; its evidence is joined. The first is the one to try first. */
export function proposeMitigations(input: MitigationInput): MitigationProposal[] {
  const proposals = new Map<string, MitigationProposal>();
  const drafts = mitigationRules.flatMap((rule) => input.services.flatMap((service) => rule(input, service)));
  for (const draft of drafts) {
    const planId = planIdOf(draft);
    const known = proposals.get(planId);
    const { title, why, evidence, runbook, parameters, service } = draft;
    if (known === undefined) proposals.set(planId, { planId, title, why, evidence: [...evidence], runbook, parameters, service });
    else if (!known.why.includes(draft.why)) {
      known.why = `${known.why}; ${draft.why}`;
      known.evidence = [...new Set([...known.evidence, ...draft.evidence])];
    }
  }
  return [...proposals.values()];
}
