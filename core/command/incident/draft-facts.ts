import type { UpdateIssue } from '../communication/lint-update.js';
import type { PublicStatus } from '../communication/publication.js';
import type { Severity } from '../severity/severity.js';
import type { Actor } from './record-event.js';

/** What of a draft is not in the document of the incident. */
export interface DraftFacts {
  /** Null: the responder wrote it. */
  by: string | null;
  /** Phase that it tells of. */
  status: PublicStatus;
  /** The published update that it corrects. */
  corrects: string | null;
  issues: readonly UpdateIssue[];
  approval: DraftApproval | null;
}

export interface DraftApproval {
  by: Actor;
  at: string;
  /** What held then; the components of the page are shown by it. */
  severity: Severity;
  services: readonly string[];
}
