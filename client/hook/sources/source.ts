import type { AlertSummary } from '../../../activities/contract.js';
import type { HookSource } from '../../../config/catalog-schema.js';
import type { SignatureScheme } from '../authenticate.js';

/** An alert as its source tells it; the hook adds when it came. Labels are what the catalog's rules match. */
export type SourceAlert = Omit<AlertSummary, 'source' | 'receivedAt'>;

type ReadAlerts =
  | { ok: true; alerts: SourceAlert[]; /** Alerts that the sender cut off. */ truncated: number }
  /** What was expected and what came, for the sender's log and for the stored delivery. */
  | { ok: false; expected: string; came: string };

/** One kind of sender: a file here and a line in `sources.ts`. */
export interface AlertSource {
  name: HookSource;
  signature: SignatureScheme;
  read(body: unknown): ReadAlerts;
}
