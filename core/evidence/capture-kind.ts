import type { EvidenceBook } from '../diagnosis/evidence.js';
import type { Facts } from '../diagnosis/facts.js';
import type { CaptureDocument, ReadDocument } from './document.js';

/** What a description may look at. */
export interface Describing {
  read: ReadDocument;
  facts: Facts;
  book: EvidenceBook;
}

/** What a capture of this kind needs of the target. */
export interface CaptureTarget {
  service: string;
  databases: readonly string[];
}

/** One kind of evidence: what it leaves, how it is described, and how claims cite it. A kind is one file; `registry.ts` lists them. */
export interface CaptureKind {
  id: string;
  /** `window`: taken while the load runs; `after-load`: from what the others left, once it is over. */
  scope: 'window' | 'after-load';
  /** Its row on the status board. */
  stage: string;
  /** What is missing without it, in words. */
  what: string;
  /** What the Web UI shows of the activity; the length of the window is added. Null: this target has nothing of the kind. */
  title: (target: CaptureTarget) => string | null;
  /** A longer window gains nothing. Null: the whole window. */
  longestMs: number | null;
  documents: readonly CaptureDocument<unknown>[];
  /** One line for people who watch the incident. */
  headline: (read: ReadDocument) => string;
  /** Enters what was seen into the evidence, with the numbers that claims rest on; ids of the entries by what they are cited for. */
  describe: (describing: Describing) => Record<string, string[]>;
}
