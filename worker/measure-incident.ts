/** The impact, the onset and the burn rates of an incident, from the counters that the catalog names. */
import type { MeasuredIncident, MeasureOrder } from '../activities/command/contract.js';
import { readSeries } from '../adapters/checks/service/metric-range.js';
import type { Catalog } from '../config/catalog.js';
import { burnRates, measureImpact } from '../core/command/impact/measure-impact.js';
import { findOnset } from '../core/command/rca/onset.js';

/** The hour before gives the earlier level, and is the long window of a burn rate. */
const lookBackMs = 3_600_000;
/** What begins later than this after the declaration is not what was declared. */
const afterDeclarationMs = 2 * 60_000;

export async function measureIncident(
  catalog: Catalog,
  { services, onset, declaredAt, to }: MeasureOrder,
  signal: AbortSignal,
): Promise<MeasuredIncident> {
  const [declaredMs, toMs] = [Date.parse(declaredAt), Date.parse(to)];
  const earliestMs = Math.min(Date.parse(onset ?? declaredAt), declaredMs);
  const { series, unread } = await readSeries(catalog, services, { fromMs: earliestMs - lookBackMs, toMs }, signal);
  const found = findOnset({ onset: null }, series);
  const isOfThis = found !== null && Date.parse(found.at) <= declaredMs + afterDeclarationMs;
  const fromMs = Date.parse(onset ?? (isOfThis ? found.at : declaredAt));
  const missing = unread.map(({ service, signal: name, why }) => `${name} of ${service} (${why})`);
  const objectives = Object.fromEntries(
    services.flatMap((name) => {
      const slo = catalog.services[name]?.slo;
      return slo === undefined ? [] : [[name, slo.objective]];
    }),
  );
  return {
    impact: measureImpact(series, { fromMs, toMs }, missing.length === 0 ? null : missing.join('; ').slice(0, 300)),
    onset: isOfThis ? found : null,
    burns: burnRates(series, objectives, toMs),
  };
}
