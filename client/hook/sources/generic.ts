/** The responder's own small format, for senders without a source of their own. */
import { z } from 'zod';
import { tryParseSymptom } from '../../../config/resolve/symptom.js';
import { boundedLabels, boundedTitle, isoTime, labelFingerprint } from '../alert-text.js';
import { whatCame } from './recognise.js';
import { plainSignature } from './signature.js';
import type { AlertSource } from './source.js';
import { textsSchema } from './texts.js';

const alertSchema = z.object({
  service: z.string().min(1),
  endpoint: z.string().min(1),
  symptom: z
    .string()
    .nullish()
    .refine(
      (text) => text === null || text === undefined || tryParseSymptom(text) !== null,
      'expected e.g. "p95 900ms", "errors 12%" or "rate 20/s"',
    ),
  status: z.enum(['firing', 'resolved']).nullish(),
  id: z.union([z.string(), z.number()]).nullish(),
  startsAt: z.string().nullish(),
  labels: textsSchema.nullish(),
});

const expected = '{ service, endpoint, symptom?: "p95 900ms", status?: "firing" | "resolved", id?, startsAt?, labels?: { … } }';

export const generic: AlertSource = {
  name: 'generic',
  signature: plainSignature,
  fansOut: false,
  read(body) {
    const parsed = alertSchema.safeParse(body);
    if (!parsed.success) return { ok: false, expected, came: whatCame(body, z.prettifyError(parsed.error), 'generic') };
    const { service, endpoint, symptom, status, id, startsAt, labels } = parsed.data;
    const given = labels ?? {};
    const all = { ...given, service, endpoint };
    return {
      ok: true,
      ignored: [],
      truncated: 0,
      alerts: [
        {
          id: String(id ?? `${labelFingerprint(all)}@${isoTime(startsAt) ?? 'unknown'}`).slice(0, 200),
          status: status ?? 'firing',
          title: boundedTitle(given['title'] ?? `${service}/${endpoint}${symptom === null || symptom === undefined ? '' : `: ${symptom}`}`),
          startsAt: isoTime(startsAt),
          labels: boundedLabels(all),
          severity: given['severity']?.slice(0, 50) ?? null,
          symptom: symptom === null || symptom === undefined ? null : tryParseSymptom(symptom),
          links: [],
        },
      ],
    };
  },
};
