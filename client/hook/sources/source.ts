import type { AlertSummary } from '../../../activities/contract.js';
import type { SignatureScheme } from './signature.js';

/** An alert as its source describes it; the hook adds when it came. The catalog's rules match the labels. */
export type SourceAlert = Omit<AlertSummary, 'source' | 'receivedAt'>;

/** A part of a delivery that is ignored, and why. */
export interface IgnoredAlert {
  reason: string;
  labels: Record<string, string>;
}

export type ReadAlerts =
  | {
      ok: true;
      alerts: SourceAlert[];
      /** Alerts of this delivery that cannot be read, and events that are not used. The rest counts all the same. */
      ignored: IgnoredAlert[];
      /** Number of alerts that the sender left out. */
      truncated: number;
    }
  /** What was expected and what came, for the sender's log and for the stored delivery. */
  | { ok: false; expected: string; came: string };

/** One kind of sender: a file here and a line in `registry.ts`. It reads bodies; it does not judge credentials and does not know the catalog. */
export interface AlertSource {
  /** Small letters: the last part of `POST /alerts/NAME`, and its key under `hook.sources` of the catalog. */
  name: string;
  signature: SignatureScheme;
  /** It sends everything to everybody. Alerts for others are normal then, and a 4xx would page people about the sender. */
  fansOut: boolean;
  read(body: unknown): ReadAlerts;
}
