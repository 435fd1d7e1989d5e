import { judgeHealth } from '../../../core/command/checks/health.js';
import { readHealthBody } from '../../../core/command/checks/health-body.js';
import { lookAtUrl } from '../http-look.js';
import type { Check } from '../check.js';
import { slowAfterOf } from '../service/sample-health.js';

const withinMs = 3_000;

/** Each dependency is asked once: whether it flaps is for its own service's check. */
export const dependencies: Check = {
  id: 'network.dependency',
  area: 'network',
  title: 'whether what the services call answers',
  plan: ({ catalog, services }) => {
    const urls = new Map(services.flatMap((name) => (catalog.services[name]?.dependencies ?? []).map((url) => [url, name] as const)));
    return [...urls].map(([url, name]) => ({
      target: url,
      look: async (signal) => {
        const { tookMs, status, contentType, text, error } = await lookAtUrl(url, { signal, withinMs });
        const body = status === null ? null : readHealthBody(contentType, text);
        const { finding } = judgeHealth([{ tookMs, status, body, error }], slowAfterOf(catalog.services[name]));
        const remedy = finding.verdict === 'ok' ? null : `Ask whoever owns it; ${name} waits for it.`;
        return { ...finding, remedy, command: `curl -sS -i --max-time 3 '${url}'` };
      },
    }));
  },
};
