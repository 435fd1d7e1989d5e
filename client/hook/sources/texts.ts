import { z } from 'zod';

/** Labels, annotations or tags. Every value becomes text, whatever its JSON type; null counts as absent. */
export const textsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).transform((values) => {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) if (value !== null) texts[name] = String(value);
  return texts;
});

/** The readable labels of an alert that could not be read. */
export function readableTexts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const entries = Object.entries(value).filter(([, text]) => ['string', 'number', 'boolean'].includes(typeof text));
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}

/** The labels of an entry of a list of alerts, as far as they can be shown. */
export function labelsOf(entry: unknown): Record<string, string> {
  return typeof entry === 'object' && entry !== null && 'labels' in entry ? readableTexts(entry.labels) : {};
}
