/** What is sent to an endpoint, as far as a value of a statement may come from it. Headers hold credentials, never values. */
interface SentRequest {
  url: string;
  body: string | null;
}

/** More values than this are a batch, and trying them all would itself be a load. */
const mostValues = 16;
/** Longer texts are documents, not values that a statement is asked with. */
const longestValue = 200;

/**
 * Values of the requests that the load sends, likeliest first: of the query, then of the body, then path segments from the last one. The load is ours, so
 * what its statements were asked with need not be guessed. Each once; at most 16.
 */
export function requestValues({ url, body }: SentRequest): string[] {
  const [, path = '', query = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
  const all = [
    ...pairs(query),
    ...bodyValues(body),
    ...path
      .split('/')
      .reverse()
      .map((segment) => decoded(segment)),
  ];
  return [...new Set(all)].filter((value) => value !== '' && value.length <= longestValue).slice(0, mostValues);
}

function pairs(text: string): string[] {
  return text.split('&').map((pair) => decoded(pair.slice(pair.indexOf('=') + 1).replaceAll('+', ' ')));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bodyValues(body: string | null): string[] {
  if (body === null || body === '') return [];
  try {
    return leaves(JSON.parse(body));
  } catch {
    return /^[\w.%+-]+=/.test(body) ? pairs(body) : [];
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
