import { Temporal } from 'temporal-polyfill';
import { whyNoChange } from '../../core/decisions/remedy/change-window.js';
import type { Catalog } from '../catalog.js';
import { weekdayNames } from '../catalog/clock-time.js';
import { findEndpoint } from './find-endpoint.js';

/** Why no change may be made on the service of an endpoint at that moment; null when it may. */
export function changeRefusal(catalog: Catalog, endpoint: string, atMs: number): string | null {
  const { changeWindow } = findEndpoint(catalog, endpoint).service;
  if (changeWindow === undefined) return null;
  const { days = [], from = null, to = null, timezone = 'UTC', freeze = [] } = changeWindow;
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timezone);
  const freezes = freeze.map((each) => ({ fromMs: Date.parse(each.from), toMs: Date.parse(each.to), reason: each.reason ?? null }));
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return whyNoChange({ days, from, to, timezone, freezes }, atMs, { day: weekdayNames[local.dayOfWeek - 1] ?? '', time });
}
