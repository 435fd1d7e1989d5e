/** What the body of a health answer says of itself. */
export interface HealthBody {
  /** Null: it says nothing that we understand, so the status line counts alone. */
  says: 'pass' | 'warn' | 'fail' | null;
  /** Components that it calls unhealthy, its own words. */
  detail: string | null;
}

/** draft-inadarei-api-health-check-06 §3.1 with its aliases, and what Spring, ASP.NET and others write. */
const words: Readonly<Record<string, 'pass' | 'warn' | 'fail'>> = {
  pass: 'pass',
  ok: 'pass',
  up: 'pass',
  healthy: 'pass',
  alive: 'pass',
  ready: 'pass',
  warn: 'warn',
  warning: 'warn',
  degraded: 'warn',
  fail: 'fail',
  failed: 'fail',
  error: 'fail',
  down: 'fail',
  unhealthy: 'fail',
  critical: 'fail',
  out_of_service: 'fail',
  unavailable: 'fail',
  not_ready: 'fail',
};

const detailChars = 200;

function saidBy(value: unknown): HealthBody['says'] {
  if (typeof value === 'boolean') return value ? 'pass' : 'fail';
  return typeof value === 'string'
    ? (words[
        value
          .trim()
          .toLowerCase()
          .replaceAll(/[\s-]+/g, '_')
      ] ?? null)
    : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `checks` of the draft maps a component to one or several results; Spring calls it `components`. */
function failingComponents(body: Record<string, unknown>): string[] {
  const parts = [body['checks'], body['components'], body['details']].filter(isRecord);
  return parts.flatMap((part) =>
    Object.entries(part).flatMap(([name, result]) => {
      const bad = [result].flat().find((one) => isRecord(one) && ['fail', 'warn'].includes(saidBy(one['status']) ?? ''));
      if (!isRecord(bad)) return [];
      const { status, output } = bad;
      return [`${name} ${String(status)}${typeof output === 'string' && output !== '' ? ` (${output})` : ''}`];
    }),
  );
}

function fromJson(text: string): HealthBody | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(body)) return { says: saidBy(body), detail: null };
  const key = ['status', 'state', 'health', 'ok', 'healthy', 'success'].find((name) => saidBy(body[name]) !== null);
  const own = typeof body['output'] === 'string' && body['output'] !== '' ? [body['output']] : [];
  const detail = [...failingComponents(body), ...own].join(', ').slice(0, detailChars);
  return { says: key === undefined ? null : saidBy(body[key]), detail: detail === '' ? null : detail };
}

/** `application/health+json`, other JSON with a status, or one word of plain text. */
export function readHealthBody(contentType: string | null, text: string): HealthBody {
  const trimmed = text.trim();
  const isJson = /[/+]json\b/i.test(contentType ?? '') || /^[{[]/.test(trimmed);
  if (isJson && trimmed !== '') {
    const read = fromJson(trimmed);
    if (read !== null) return read;
    const isPromised = /health\+json/i.test(contentType ?? '');
    return { says: isPromised ? 'warn' : null, detail: isPromised ? 'it promises application/health+json and sends no JSON' : null };
  }
  return { says: trimmed.length <= 40 ? saidBy(trimmed) : null, detail: null };
}
