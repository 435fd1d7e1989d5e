import type { AlertSummary } from '../../../activities/contract.js';
import type { SignatureScheme } from './signature.js';

/** An alert as its source tells it; the hook adds when it came. Labels are what the catalog's rules match. */
export type SourceAlert = Omit<AlertSummary, 'source' | 'receivedAt'>;

/** A part of a delivery that nothing is done about, and why. */
export interface IgnoredAlert {
  reason: string;
  labels: Record<string, string>;
}

export type ReadAlerts =
  | {
      ok: true;
      alerts: SourceAlert[];
      /** Alerts of this delivery that cannot be read, events that are not used. The rest counts all the same. */
      ignored: IgnoredAlert[];
      /** Alerts that the sender cut off. */
      truncated: number;
    }
  /** What was expected and what came, for the sender's log and for the stored delivery. */
  | { ok: false; expected: string; came: string };

/** One kind of sender: a file here and a line in `registry.ts`. Reads bodies; judges no credentials and knows no catalog. */
export interface AlertSource {
  /** Small letters: the last part of `POST /alerts/NAME`, and its key under `hook.sources` of the catalog. */
  name: string;
  signature: SignatureScheme;
  /** Sends everything it has to everybody: alerts that are not for us are its everyday, and a 4xx would page people about the sender. */
  fansOut: boolean;
  read(body: unknown): ReadAlerts;
}
