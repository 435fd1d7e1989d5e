/** Leaf schemas of the catalog. Each problem carries what was expected (`message`) and what to do (`params.fix`). */
import { z } from 'zod';
import { formatDuration, parseDuration } from './duration.js';
import { nearestName } from './nearest-name.js';

interface Expectation {
  /** Completes the sentence "expected …". */
  expected: string;
  /** What to write instead. */
  fix: string;
}

/** A leaf that reads `unknown` itself, so that a missing, a wrongly typed and an out-of-range value get one and the same full message. */
function leaf<T>(expectation: Expectation, read: (raw: unknown) => T | undefined, isSecret: (raw: unknown) => boolean = () => false) {
  return z.unknown().transform((raw, context): T => {
    const value = read(raw);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expectation.expected, params: { fix: expectation.fix, secret: isSecret(raw) } });
    return z.NEVER;
  });
}

export const whole = (name: string, minimum: number, maximum: number) =>
  leaf(
    { expected: `a whole number from ${minimum} to ${maximum}`, fix: `write e.g. ${name}: ${Math.min(maximum, Math.max(minimum, 20))}` },
    (raw) => (typeof raw === 'number' && Number.isInteger(raw) && raw >= minimum && raw <= maximum ? raw : undefined),
  );

export const number = (name: string, minimum: number, maximum: number, unit: string, example: number) =>
  leaf(
    { expected: `a number from ${minimum} to ${maximum}${unit === '' ? '' : ` (${unit})`}`, fix: `write e.g. ${name}: ${example}` },
    (raw) => (typeof raw === 'number' && raw >= minimum && raw <= maximum ? raw : undefined),
  );

export const durationMs = (name: string, minimumMs: number, maximumMs: number, example: string) =>
  leaf(
    {
      expected: `a duration from ${formatDuration(minimumMs)} to ${formatDuration(maximumMs)} with its unit (ms, s, m, h, d)`,
      fix: `write e.g. ${name}: ${example}`,
    },
    (raw) => {
      const value = typeof raw === 'string' ? parseDuration(raw) : raw === 0 ? 0 : null;
      return value !== null && value >= minimumMs && value <= maximumMs ? value : undefined;
    },
  );

const unitBytes: Record<string, number> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** A size with its unit: `500MB`, `20GB`; units of ten, as disks are sold. */
export const sizeBytes = (name: string, minimum: number, maximum: number, example: string) =>
  leaf(
    {
      expected: `a size from ${minimum / 1e6}MB to ${maximum / 1e12}TB with its unit (MB, GB, TB)`,
      fix: `write e.g. ${name}: ${example}`,
    },
    (raw) => {
      const [, amount, unit = ''] = typeof raw === 'string' ? (/^(\d+(?:\.\d+)?)\s*(MB|GB|TB)$/.exec(raw.trim()) ?? []) : [];
      const value = Math.round(Number(amount) * (unitBytes[unit] ?? Number.NaN));
      return value >= minimum && value <= maximum ? value : undefined;
    },
  );

export const text = (
  expected: string,
  fix: string,
  accepts: (value: string) => boolean = () => true,
  isSecret: (raw: unknown) => boolean = () => false,
) => leaf({ expected, fix }, (raw) => (typeof raw === 'string' && raw.trim() !== '' && accepts(raw) ? raw : undefined), isSecret);

export const flag = (name: string) =>
  leaf({ expected: 'true or false', fix: `write e.g. ${name}: true` }, (raw) => (typeof raw === 'boolean' ? raw : undefined));

/** One word of a closed list; the message suggests the nearest. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  z.unknown().transform((raw, context): Word => {
    const found = words.find((word) => word === raw);
    if (found !== undefined) return found;
    const near = typeof raw === 'string' ? nearestName(raw, words) : null;
    const fix = near === null ? `write ${words.length === 1 ? '' : 'one of '}${words.join(', ')}` : `did you mean "${near}"?`;
    context.addIssue({
      code: 'custom',
      message: words.length === 1 ? `"${words.join('')}"` : `one of ${words.join(', ')}`,
      params: { fix },
    });
    return z.NEVER;
  });

/** Starts the message about an unknown key; the known ones follow, separated by commas. */
export const knownKeysPrefix = 'one of the keys ';

/** A mapping with exactly these keys; messages list them. */
export const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      const known = Object.keys(shape).join(', ');
      return issue.code === 'unrecognized_keys' ? knownKeysPrefix + known : `a mapping with the keys ${known}`;
    },
  });

/** A mapping whose `kind` says which of several members it is for; the other keys are that member's own. */
export const byKind = (members: readonly { kind: string; fields: z.ZodRawShape }[]) => {
  const kinds = members.map(({ kind }) => kind);
  const schemas = new Map(members.map(({ kind, fields }) => [kind, mapping({ kind: oneOf([kind]), ...fields })]));
  const kindOnly = z.looseObject({ kind: oneOf(kinds) }, { error: () => `a mapping with the key kind, one of ${kinds.join(', ')}` });
  return z.unknown().transform((raw, context): { kind: string; [field: string]: unknown } => {
    const first = kindOnly.safeParse(raw);
    const parsed = first.success ? schemas.get(first.data.kind)?.safeParse(raw) : first;
    if (parsed?.success === true) return { ...parsed.data, kind: parsed.data.kind };
    // The issues of the member are ours; the type of `input` in them is all that differs.
    for (const issue of parsed?.error.issues ?? []) context.issues.push({ ...issue, input: raw } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
};

const environmentName = text('the name of an environment variable', 'write e.g. { env: SHOP_TOKEN }', (value) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(value),
);
const filePath = text('the path of a file', 'write e.g. { file: secrets/token }');

export function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

const secretShape = 'a reference to a secret, { env: NAME } or { file: PATH }';
const secretFix = 'write e.g. { env: NAME }; a secret itself is never written in this file';

/** `{ env: NAME }` or `{ file: PATH }`. Paths stay relative here; the reader makes them absolute. */
export const secretRef = z.unknown().transform((raw, context): { env: string } | { file: string } => {
  const [entry, ...rest] = isRecord(raw) ? Object.entries(raw) : [];
  const field = entry?.[0] === 'env' ? environmentName.safeParse(entry[1]) : entry?.[0] === 'file' ? filePath.safeParse(entry[1]) : null;
  if (entry !== undefined && rest.length === 0 && field?.success === true)
    return entry[0] === 'env' ? { env: field.data } : { file: field.data };
  // The value may be a secret someone wrote out: `secret: true` keeps it out of the message.
  context.addIssue({ code: 'custom', message: secretShape, params: { fix: secretFix, secret: true } });
  return z.NEVER;
});

/** Settings as their user gets them: where a reference to a secret stood, there is its text. */
export type ReadSettings<Settings> = Settings extends { env: string } | { file: string }
  ? string
  : Settings extends readonly (infer Item)[]
    ? ReadSettings<Item>[]
    : Settings extends object
      ? { [Key in keyof Settings]: ReadSettings<Settings[Key]> }
      : Settings;

/** A text written out (numbers and booleans become text), or a reference to a secret. */
export const textOrSecret = z.unknown().transform((raw, context): string | { env: string } | { file: string } => {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  const reference = secretRef.safeParse(raw);
  if (reference.success) return reference.data;
  context.addIssue({
    code: 'custom',
    message: `a text or ${secretShape}`,
    params: { fix: 'write e.g. "application/json" or { env: NAME }', secret: true },
  });
  return z.NEVER;
});

/** Where a server of ours listens; `[::1]:8090` too. */
export const listenAddress = (name: string, example: string) =>
  text(
    'HOST:PORT',
    `write e.g. ${name}: ${example}`,
    (value) => /^(\[[0-9A-Fa-f:]+\]|[^\s:]+):\d{1,5}$/.test(value) && Number(value.split(':').at(-1)) <= 65_535,
  );

/** Absolute http(s) address without credentials in it. */
export const httpUrl = text(
  'an absolute http:// or https:// address without user and password',
  'write e.g. http://127.0.0.1:8080/orders; credentials go into headers',
  (value) => {
    if (!URL.canParse(value)) return false;
    const url = new URL(value);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  },
  hasCredentials,
);

/** Also where it is no address otherwise: what stands before the @ is not to be shown. */
function hasCredentials(value: unknown): boolean {
  return typeof value === 'string' && /\/\/[^/?#]*@/.test(value);
}

/** A rule over several keys. `when` lets it run although another key of the mapping is wrong, so that every problem shows at once. */
export const together = (message: string, fix: string) => ({
  message,
  params: { fix, together: true },
  when: ({ value }: { value: unknown }) => isRecord(value),
});

/** Alert labels, environment values: a record of named texts. */
export const textRecord = z.record(
  z.string(),
  leaf({ expected: 'a text', fix: 'write e.g. name: value' }, (raw) =>
    typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined,
  ),
);

/** Keys of services, endpoints and databases: they become parts of ids and file names. */
export const nameKey = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: 'a name of letters, digits, dot, dash and underscore (1 to 100, no slash)',
});
