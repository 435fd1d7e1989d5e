import type { RetentionLimits } from '../../core/decisions/retention.js';
import type { Catalog } from '../catalog.js';

/** Null = nothing is ever removed. */
export function artifactLimits({ artifacts }: Catalog): RetentionLimits | null {
  if (artifacts?.keep === undefined && artifacts?.max === undefined) return null;
  return { keepMs: artifacts.keep ?? null, maxBytes: artifacts.max ?? null };
}
