import type { TimedLine } from '../../core/command/logs/log-line.js';

/** Lines of `docker logs --timestamps` and `kubectl logs --timestamps`: RFC 3339 and a space, then what was written. */
export function parseStamped(text: string): TimedLine[] {
  return text.split('\n').flatMap((line): TimedLine[] => {
    if (line === '') return [];
    const [, stamp, rest] = /^(\d{4}-\d{2}-\d{2}T\S+) (.*)$/s.exec(line) ?? [];
    const atMs = stamp === undefined ? NaN : Date.parse(stamp.replace(/(\.\d{3})\d+/, '$1'));
    return [{ text: rest ?? line, atMs: Number.isNaN(atMs) ? null : atMs, level: null }];
  });
}
