/** `http_req_duration{phase:measure,expected_response:true}` taken apart. */
export interface MetricName {
  base: string;
  tags: Record<string, string>;
}

/** Splits k6's spelling of a (sub-)metric. Never fails: what is no tag list belongs to the base name. */
export function parseMetricName(name: string): MetricName {
  const match = /^([^{]+)\{(.*)\}$/s.exec(name);
  const [, base, list] = match ?? [];
  if (base === undefined || list === undefined) return { base: name.trim(), tags: {} };
  const tags: Record<string, string> = {};
  for (const item of list.split(',')) {
    const colon = item.indexOf(':');
    if (colon > 0) tags[item.slice(0, colon).trim()] = unquoted(item.slice(colon + 1).trim());
  }
  return { base: base.trim(), tags };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
