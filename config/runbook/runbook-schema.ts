/** The shape of a runbook file; `contracts/example.runbook.yaml` of the design is its example. */
import { z } from 'zod';
import type {
  Expectation,
  Parameter,
  Probe,
  Rollback,
  Runbook,
  Step,
  StepApproval,
  Verification,
} from '../../core/command/runbook/runbook.js';
import { durationMs, isRecord, mapping, oneOf, secretRef, text } from '../catalog-fields.js';
import { bound, isPattern, rawStepSchema, type RawStep } from './step-fields.js';

const second = 1000;
const minute = 60 * second;

export const runbookApiVersion = 'perf-responder/runbook.v1';

const parameterSchema = mapping({
  type: oneOf(['string', 'integer', 'boolean']),
  default: z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, or true or false' }).optional(),
  min: bound('min').optional(),
  max: bound('max').optional(),
  pattern: text('a regular expression whose repetitions do not nest', "write e.g. pattern: '^[a-z0-9-]{1,63}$'", isPattern).optional(),
  description: text('a description', 'write what the parameter is for').optional(),
}).transform((raw): Parameter => ({
  type: raw.type,
  default: raw.default ?? null,
  min: raw.min ?? null,
  max: raw.max ?? null,
  pattern: raw.pattern ?? null,
  description: raw.description ?? null,
}));

const parameterName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, {
  error: 'a name of letters, digits and underscore, which is an environment variable in scripts, too',
});

const environmentKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable' });

const steps = (what: string) => z.array(rawStepSchema, { error: `a list of ${what}` });

export const runbookSchema = mapping({
  apiVersion: oneOf([runbookApiVersion]),
  name: text('a name of a-z, 0-9 and dash', 'write e.g. name: restart-shop', (value) => /^[a-z0-9][a-z0-9-]{0,99}$/.test(value)),
  title: text('a title', 'write e.g. title: Restart the shop without losing requests'),
  service: text("a service of the catalog, or '*'", "write e.g. service: shop, or service: '*'"),
  risk: oneOf(['low', 'medium', 'high']),
  params: z.record(parameterName, parameterSchema).optional(),
  env: z.record(environmentKey, secretRef).optional(),
  approvalTimeout: durationMs('approvalTimeout', second, 30 * 24 * 60 * minute, '30m').optional(),
  lock: text('a key', 'write e.g. lock: shop').optional(),
  preflight: steps('checks').optional(),
  steps: steps('steps').refine((list) => list.length > 0, { message: 'at least one step', params: { fix: 'write what is to be done' } }),
  postcheck: steps('checks').optional(),
});
export type RunbookDocument = z.output<typeof runbookSchema>;

/** A step may take a minute; a person has half an hour, after which the run is aborted. */
const stepTimeoutMs = minute;
const personTimeoutMs = 30 * minute;
const approvalExpiresMs = 15 * minute;
const retryEveryMs = 5 * second;

function onFailureOf(raw: unknown): Step['onFailure'] {
  if (typeof raw !== 'string') return 'rollback';
  return raw.startsWith('goto:') ? { goto: raw.slice('goto:'.length) } : (raw as 'rollback' | 'abort' | 'continue');
}

function approvalOf(raw: unknown): StepApproval | null {
  if (!isRecord(raw)) return null;
  const { by, count, expires } = raw as { by?: string[]; count?: number; expires?: number };
  return { by: by ?? [], count: count ?? 1, expiresMs: expires ?? approvalExpiresMs };
}

/** A wait lasts as long as it says, and a little. */
function defaultTimeout({ kind: { kind }, fields }: RawStep): number {
  if (kind === 'manual' || kind === 'approve') return personTimeoutMs;
  const { for: forMs = 0, until } = fields as { for?: number; until?: { timeoutMs: number } };
  return stepTimeoutMs + forMs + (until?.timeoutMs ?? 0);
}

function toStep(raw: RawStep, line: number): Step {
  const fields = raw.fields as {
    id: string;
    title?: string;
    when?: string;
    expect?: Expectation;
    probe?: Probe;
    verify?: Verification;
    rollback?: Rollback;
    timeout?: number;
    retry?: { attempts: number; every?: number };
    idempotent?: boolean;
  };
  return {
    id: fields.id,
    title: fields.title ?? fields.id,
    action: raw.kind.toAction(raw.fields),
    expect: fields.expect ?? {},
    when: fields.when ?? null,
    probe: fields.probe ?? null,
    verify: fields.verify ?? null,
    rollback: fields.rollback ?? null,
    timeoutMs: fields.timeout ?? defaultTimeout(raw),
    retry: { attempts: fields.retry?.attempts ?? 1, everyMs: fields.retry?.every ?? retryEveryMs },
    isIdempotent: fields.idempotent ?? false,
    onFailure: onFailureOf(raw.fields['onFailure']),
    approval: approvalOf(raw.fields['approval']),
    line,
  };
}

const approvalTimeoutMs = 30 * minute;

/** `lineOf` gives the line of a step: section and index. */
export function toRunbook(
  document: RunbookDocument,
  lineOf: (section: 'preflight' | 'steps' | 'postcheck', index: number) => number,
): Runbook {
  const section = (name: 'preflight' | 'steps' | 'postcheck'): Step[] =>
    (document[name] ?? []).map((raw, index) => toStep(raw, lineOf(name, index)));
  return {
    name: document.name,
    title: document.title,
    service: document.service,
    risk: document.risk,
    params: document.params ?? {},
    env: document.env ?? {},
    approvalTimeoutMs: document.approvalTimeout ?? approvalTimeoutMs,
    lock: document.lock ?? null,
    preflight: section('preflight'),
    steps: section('steps'),
    postcheck: section('postcheck'),
  };
}
