/** Guards of every message that a search takes, see `core/decisions/read-message.ts`. */
import { log } from '@temporalio/workflow';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import { newestNumerics, numericsOf } from '../../core/bisect/numerics.js';
import {
  bad,
  filledText,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  orNothing,
  text,
  wholeText,
  type Reader,
} from '../../core/decisions/read-message.js';
import type { BisectCarried, BisectProgress, BisectStart, CommitMark } from './messages.js';

const name = text(200);

export const readMark: Reader<CommitMark> = object({
  commit: filledText(100, 'a commit, e.g. {"commit": "1a2b3c4d"}'),
  by: optional(name),
});
export const readCaller: Reader<{ by?: string }> = orNothing(object({ by: optional(name) }));

/** What a search needs of the evidence that an incident hands over. */
export interface EvidenceForSearch {
  repositoryConfigured: boolean;
  facts: string[];
  requestedBy: string;
  /** Files that the causes name. */
  files: string[];
  /** Budgets that are broken. */
  broken: string[];
}

const readHandedOver = object({
  repositoryConfigured: flag,
  facts: list(text(1_000), 100),
  requestedBy: name,
  incident: object({
    causes: list(object({ location: object({ file: optional(text(1_000)) }) }), 100),
    confirmation: nullable(object({ broken: list(text(60), 20) })),
  }),
});

export const readEvidence: Reader<EvidenceForSearch> = (value, at) => {
  const { repositoryConfigured, facts, requestedBy, incident } = readHandedOver(value, at);
  const files = incident.causes.flatMap(({ location }) => location.file ?? []);
  return { repositoryConfigured, facts, requestedBy, files, broken: incident.confirmation?.broken ?? [] };
};

const revision = nullable(wholeText(300));
const readRequest: Reader<BisectRequest> = object({
  bisectId: wholeText(500),
  endpoint: wholeText(2_000),
  good: revision,
  bad: revision,
  metric: oneOf(['p95', 'p50', 'error-ratio', 'cpu', 'db-time']),
  minEffect: number(1, 1_000),
  budgetRuns: number(0, 100_000),
  budgetBuilds: nullable(number(0, 100_000)),
  budgetMinutes: number(0, 1_000_000),
  hints: object({ files: list(text(1_000), 1_000) }),
  incidentId: nullable(wholeText(500)),
});

/** Only the previous history writes this. */
const readProgress: Reader<BisectProgress> = (value, at) =>
  typeof value === 'object' && value !== null && 'measurements' in value && Array.isArray(value.measurements)
    ? (value as BisectProgress)
    : bad(at, 'the progress of an earlier history', value);
const readCarried: Reader<BisectCarried> = (value, at) =>
  typeof value === 'object' && value !== null && 'load' in value
    ? (value as BisectCarried)
    : bad(at, 'what an earlier history carried', value);

/** A build that does not know these numerics would decide differently from what was asked. */
const readNumerics: Reader<number> = (value, at) =>
  typeof value === 'number' && numericsOf(value) !== null
    ? value
    : bad(at, `numerics that this build knows (up to ${newestNumerics}; let the workers be upgraded)`, value);

export const readBisectStart: Reader<BisectStart> = object({
  request: nullable(readRequest),
  incidentId: nullable(wholeText(500)),
  service: text(200),
  endpoint: wholeText(2_000),
  answerTo: optional(wholeText(1_000)),
  progress: optional(readProgress),
  carried: optional(readCarried),
  numerics: optional(readNumerics),
});

/** Before there is a state, the problem can only be logged. */
export function warnIgnored({ text: told }: { text: string }): void {
  log.warn(told);
}
