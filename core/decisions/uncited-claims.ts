import type { Incident } from '../model/incident.js';

/** Claims without evidence, in words; empty when the report may be emitted. Every cause and every ruled-out cause must cite evidence that exists. */
export function uncitedClaims(incident: Pick<Incident, 'causes' | 'ruledOut' | 'evidence'>): string[] {
  const known = new Set(incident.evidence.map(({ id }) => id));
  const problemOf = (claim: string, cited: readonly string[]): string[] => {
    if (cited.length === 0) return [`${claim} cites no evidence`];
    const unknown = cited.filter((id) => !known.has(id));
    return unknown.length === 0 ? [] : [`${claim} cites ${unknown.join(', ')}, which is not in the evidence`];
  };
  return [
    ...incident.causes.flatMap(({ id, evidence }) => problemOf(`cause ${id}`, evidence)),
    ...incident.ruledOut.flatMap(({ id, evidence }) => problemOf(`ruled-out ${id}`, evidence)),
  ];
}
