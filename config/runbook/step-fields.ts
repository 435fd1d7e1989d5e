/** The keys of one step, by its kind. What a kind does not know is a problem, so that a misspelt guard is never a guard that is not there. */
import isSafe from 'safe-regex2';
import { z } from 'zod';
import type { Action, Expectation, Probe, Rollback, StepKind, Verification } from '../../core/command/runbook/runbook.js';
import { durationMs, httpUrl, isRecord, mapping, nameKey, number, oneOf, text, textOrSecret, whole } from '../catalog-fields.js';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

export const stepKinds = [
  'command',
  'shell',
  'kubectl',
  'http',
  'sql',
  'redis',
  'wait',
  'manual',
  'approve',
  'check',
  'load',
  'note',
] as const satisfies readonly StepKind[];

const argv = (example: string) =>
  z
    .array(
      text('a text: argv is a list of texts, no shell reads it', `write e.g. run: ${example}`, () => true).or(
        z.number().transform((value) => String(value)),
      ),
      { error: 'a list of the program and its arguments' },
    )
    .refine((items) => items.length > 0, { message: 'at least one item', params: { fix: `write e.g. run: ${example}` } });

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

const requestSchema = mapping({
  method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  url: httpUrl,
  headers: z.record(z.string(), textOrSecret).optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
}).transform(({ method, url, headers, body }) => ({
  method: method ?? 'GET',
  url,
  headers: headers ?? {},
  body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
}));

const untilSchema = mapping({
  check: text('the id of a check', 'write e.g. check: service.health'),
  timeout: durationMs('timeout', second, day, '2m').optional(),
}).transform(({ check, timeout }) => ({ check, timeoutMs: timeout ?? 2 * minute }));

/** A name of the catalog, or the parameter that says which. */
const databaseKey = nameKey.or(z.string().regex(/^\{\{\s*[A-Za-z_]\w*\s*\}\}$/));

/** Keys that say what a kind does. */
const actionFields = {
  command: { run: argv('[shopctl, scale, "3"]') },
  shell: { script: text('a script', "write e.g. script: |, and the script's lines below it") },
  kubectl: { run: argv('[rollout, status, deployment/shop]') },
  http: { request: requestSchema },
  sql: {
    database: databaseKey,
    sql: text('a statement', "write e.g. sql: 'SELECT count(*) FROM pg_stat_activity'"),
    writes: z.boolean({ error: 'true or false' }).optional(),
  },
  redis: { database: databaseKey, run: argv('[PING]') },
  wait: { for: durationMs('for', second, day, '5s').optional(), until: untilSchema.optional() },
  manual: { text: text('what a person shall do or look at', 'write e.g. text: No red tile for a minute?') },
  approve: { text: text('what is to be approved', 'write e.g. text: Go on with the second half?') },
  check: {
    check: text('the id of a check', 'write e.g. check: service.health'),
    target: text('what is checked', 'write e.g. target: shop').optional(),
    for: durationMs('for', second, day, '10s').optional(),
  },
  load: { endpoint: text('the key of an endpoint, service/endpoint', 'write e.g. endpoint: shop/place-order', isEndpointKey) },
  note: { text: text('a text', 'write e.g. text: The cache is cold now') },
} satisfies Record<StepKind, z.ZodRawShape>;

function isEndpointKey(value: string): boolean {
  return /^[^/]+\/[^/]+$/.test(value);
}

export const actionKeys: Readonly<Record<StepKind, readonly string[]>> = Object.fromEntries(
  stepKinds.map((kind) => [kind, Object.keys(actionFields[kind])]),
) as Record<StepKind, string[]>;

/** From the keys of a kind, as they were read, to the action. */
export function toAction(kind: StepKind, fields: Record<string, unknown>): Action {
  const action: Record<string, unknown> = { kind };
  for (const key of actionKeys[kind]) action[key] = fields[key];
  if (kind === 'sql') action['writes'] = fields['writes'] ?? true;
  if (kind === 'wait' || kind === 'check') {
    action['forMs'] = fields['for'] ?? null;
    delete action['for'];
  }
  if (kind === 'wait') action['until'] = fields['until'] ?? null;
  if (kind === 'check') action['target'] = fields['target'] ?? null;
  return action as Action;
}

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
  const kind = stepKinds.find((name) => name === (raw['kind'] ?? inherited));
  const schema = mapping(kind === undefined ? { kind: oneOf(stepKinds) } : { kind: z.unknown(), ...actionFields[kind], ...more });
  const parsed = schema.safeParse(kind === undefined ? { kind: raw['kind'] } : { kind, ...raw });
  if (parsed.success && kind !== undefined) return { kind, fields: parsed.data };
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
      action: toAction(kind, fields),
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
    return { action: toAction(kind, fields), expect, timeoutMs: (fields['timeout'] as number | undefined) ?? verifyTimeoutMs };
  });

const rollbackOf = (inherited: StepKind) =>
  z.unknown().transform((raw, context): Rollback => {
    const read = byKind({ expect: expectSchema.optional(), probe: probeOf(inherited).optional(), timeout }, inherited, context, raw);
    if (read === null) return z.NEVER;
    const { kind, fields } = read;
    return {
      action: toAction(kind, fields),
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
  const asks = kind === 'manual' || kind === 'approve' ? {} : { probe: probeOf(kind).optional(), rollback: rollbackOf(kind).optional() };
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
  const kind = isRecord(raw) ? stepKinds.find((name) => name === raw['kind']) : undefined;
  return byKind(kind === undefined ? {} : commonFields(kind), null, context, raw) ?? z.NEVER;
});

/** `min` and `max` of a parameter are whole numbers of any size that a number holds exactly. */
export const bound = (name: string) => number(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a whole number', 1);
