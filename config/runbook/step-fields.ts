/** The keys of one step, by its kind. What a kind does not know is a problem, so that a misspelt guard is never a guard that is not there. */
import isSafe from 'safe-regex2';
import { z } from 'zod';
import { findStepKind, stepKinds } from '../../adapters/runbook-steps/registry.js';
import type { StepKind } from '../../adapters/runbook-steps/step-kind.js';
import type { Expectation, Probe, Rollback, Verification } from '../../core/command/runbook/runbook.js';
import { durationMs, isRecord, mapping, number, oneOf, text, whole } from '../catalog-fields.js';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const pattern = (name: string) => text('a regular expression whose repetitions do not nest', `write e.g. ${name}: 'v[0-9]+'`, isPattern);
/** A repetition inside a repetition can take for ever on a text of forty characters; whoever wrote it means something simpler. */
export function isPattern(value: string): boolean {
  try {
    return new RegExp(value, 'u').source !== '' && isSafe(value);
  } catch {
    return false;
  }
}

const comparisonText = (name: string, example: string) =>
  text('an operator and a value', `write e.g. ${name}: '${example}'`, (value) => /^\s*(==|!=|>=|<=|>|<)\s*\S/.test(value));

export const expectSchema = mapping({
  exit: whole('exit', 0, 255).optional(),
  stdout: pattern('stdout').optional(),
  stderr: pattern('stderr').optional(),
  status: whole('status', 100, 599).optional(),
  body: pattern('body').optional(),
  value: comparisonText('value', '>= 1').optional(),
});

type Fields = Record<string, unknown>;

/** Reads a mapping by the keys of its kind; problems keep their place. `inherited` is the kind where a part of a step does not say one. */
function byKind(
  more: z.ZodRawShape,
  inherited: StepKind | null,
  context: z.core.$RefinementCtx,
  raw: unknown,
): { kind: StepKind; fields: Fields } | null {
  if (!isRecord(raw)) {
    context.addIssue({ code: 'custom', message: 'a mapping', params: { fix: 'write e.g. { kind: command, run: [shopctl, status] }' } });
    return null;
  }
  const kind = findStepKind(raw['kind'] ?? inherited?.kind);
  const schema = mapping(
    kind === null ? { kind: oneOf(stepKinds.map((known) => known.kind)) } : { kind: z.unknown(), ...kind.keys, ...more },
  );
  const parsed = schema.safeParse(kind === null ? { kind: raw['kind'] } : { kind: kind.kind, ...raw });
  if (parsed.success && kind !== null) return { kind, fields: parsed.data };
  for (const issue of parsed.error?.issues ?? []) context.addIssue({ ...issue, input: raw } as never);
  return null;
}

const timeout = durationMs('timeout', second, day, '60s').optional();

/** A verification is tried for so long; a probe is one quick look. */
const verifyTimeoutMs = 60 * second;
const probeTimeoutMs = 30 * second;
const rollbackTimeoutMs = 2 * minute;

const probeOf = (inherited: StepKind) =>
  z.unknown().transform((raw, context): Probe => {
    const read = byKind({ done: comparisonText('done', '== 3'), timeout }, inherited, context, raw);
    if (read === null) return z.NEVER;
    const { kind, fields } = read;
    return {
      action: kind.toAction(fields),
      done: fields['done'] as string,
      timeoutMs: (fields['timeout'] as number | undefined) ?? probeTimeoutMs,
    };
  });

const verifyOf = (inherited: StepKind) =>
  z.unknown().transform((raw, context): Verification => {
    const read = byKind({ expect: expectSchema.optional(), timeout }, inherited, context, raw);
    if (read === null) return z.NEVER;
    const { kind, fields } = read;
    const expect = (fields['expect'] as Expectation | undefined) ?? {};
    return { action: kind.toAction(fields), expect, timeoutMs: (fields['timeout'] as number | undefined) ?? verifyTimeoutMs };
  });

const rollbackOf = (inherited: StepKind) =>
  z.unknown().transform((raw, context): Rollback => {
    const read = byKind({ expect: expectSchema.optional(), probe: probeOf(inherited).optional(), timeout }, inherited, context, raw);
    if (read === null) return z.NEVER;
    const { kind, fields } = read;
    return {
      action: kind.toAction(fields),
      expect: (fields['expect'] as Expectation | undefined) ?? {},
      probe: (fields['probe'] as Probe | undefined) ?? null,
      timeoutMs: (fields['timeout'] as number | undefined) ?? rollbackTimeoutMs,
    };
  });

const approvalSchema = mapping({
  by: z.array(text('a role or a person', 'write e.g. by: [commander]')).optional(),
  count: whole('count', 1, 5).optional(),
  expires: durationMs('expires', second, 30 * day, '15m').optional(),
});

const onFailure = text('rollback, abort, continue or goto:<id>', 'write e.g. onFailure: rollback', (value) =>
  /^(rollback|abort|continue|goto:[A-Za-z0-9_-]+)$/.test(value),
);

const stepId = text('an id of a-z, 0-9, dash and underscore', 'write e.g. id: drain', (value) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(value));

/** Keys that every step may have, whatever its kind. */
function commonFields(kind: StepKind) {
  const asks =
    kind.kind === 'manual' || kind.kind === 'approve' ? {} : { probe: probeOf(kind).optional(), rollback: rollbackOf(kind).optional() };
  return {
    id: stepId,
    title: text('a title', 'write e.g. title: Take one instance out').optional(),
    when: text('a comparison', "write e.g. when: '{{count}} >= 2'").optional(),
    expect: expectSchema.optional(),
    verify: verifyOf(kind).optional(),
    timeout,
    retry: mapping({ attempts: whole('attempts', 1, 20), every: durationMs('every', 0, 60 * minute, '5s').optional() }).optional(),
    idempotent: z.boolean({ error: 'true or false' }).optional(),
    onFailure: onFailure.optional(),
    approval: approvalSchema.optional(),
    ...asks,
  };
}

export interface RawStep {
  kind: StepKind;
  fields: Fields;
}

export const rawStepSchema = z.unknown().transform((raw, context): RawStep => {
  const kind = isRecord(raw) ? findStepKind(raw['kind']) : null;
  return byKind(kind === null ? {} : commonFields(kind), null, context, raw) ?? z.NEVER;
});

/** `min` and `max` of a parameter are whole numbers of any size that a number holds exactly. */
export const bound = (name: string) => number(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a whole number', 1);
