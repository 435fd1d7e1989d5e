import type { Incident } from '../model/incident.js';

/** What the bisector should know, one fact a line: what is slow, by how much, and where the time goes. */
export function handOffFacts(incident: Incident): string[] {
  const { endpoint, symptom, confirmation, causes, branch, reruns } = incident;
  const p95Ms = confirmation?.observed.p95Ms ?? null;
  const budget = confirmation?.budget.p95Ms;
  return [
    `endpoint ${endpoint}`,
    ...(symptom === null ? [] : [`reported: ${symptom.text}`]),
    ...(p95Ms === null ? [] : [`measured under load: p95 ${Math.round(p95Ms)} ms${budget === undefined ? '' : `, budget ${budget} ms`}`]),
    ...(branch === null ? [] : [`the latency is ${branch}`]),
    ...causes.map(({ id, component, share, location }) => {
      const where = location.frame ?? location.statement?.slice(0, 200) ?? location.peer ?? location.relation ?? '';
      return `${id} in ${component}, ${Math.round(share * 100)} % of the latency${where === '' ? '' : `: ${where}${location.file === undefined ? '' : ` (${location.file})`}`}`;
    }),
    ...(reruns.length === 0 ? [] : [`re-run ${reruns.length} times since, last: ${reruns.at(-1)?.outcome ?? ''}`]),
  ];
}
