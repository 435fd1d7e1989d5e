/** What every source does with the texts of an alert before they enter a workflow. */
import { createHash } from 'node:crypto';
import type { Symptom } from '../../core/model/incident.js';
import { tryParseSymptom } from '../../config/resolve/symptom.js';

/** A workflow payload may have 2 MB, and every history keeps it: texts from outside are cut long before that. */
const limits = { labels: 64, nameLength: 200, valueLength: 500, titleLength: 300, links: 10, linkLength: 2000 };

export function boundedLabels(labels: Record<string, string>): Record<string, string> {
  const entries = Object.entries(labels).slice(0, limits.labels);
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(0, limits.nameLength), value.slice(0, limits.valueLength)]));
}

export function boundedTitle(title: string): string {
  return title.replaceAll(/\s+/g, ' ').trim().slice(0, limits.titleLength);
}

/** Only http and https: links are shown in reports. */
export function boundedLinks(links: (string | null | undefined)[]): string[] {
  const usable = links.filter(
    (link): link is string => typeof link === 'string' && /^https?:\/\//i.test(link) && link.length <= limits.linkLength,
  );
  return [...new Set(usable)].slice(0, limits.links);
}

/** The first text that is a symptom as a whole (`p95 900ms`); the hook does not guess from prose. A text named `symptom` comes first. */
export function symptomOf(texts: Record<string, string>[]): Symptom | null {
  const entries = texts.flatMap((group) => Object.entries(group));
  const ordered = [
    ...entries.filter(([name]) => name.toLowerCase() === 'symptom'),
    ...entries.filter(([name]) => name.toLowerCase() !== 'symptom'),
  ];
  for (const [name, value] of ordered) {
    const symptom = tryParseSymptom(value) ?? (/^p(?:50|95|99)$/i.test(name) ? tryParseSymptom(`${name} ${value}`) : null);
    if (symptom !== null) return symptom;
  }
  return null;
}

/** Replaces an id that the sender left out: the same labels give the same id. */
export function labelFingerprint(labels: Record<string, string>): string {
  const canonical = JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

/** ISO 8601, or null for anything that is no time. Alertmanager writes year 1 for "not set". */
export function isoTime(text: string | null | undefined): string | null {
  const time = text === null || text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) || time < 0 ? null : new Date(time).toISOString();
}
