import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { lookAtUrl } from '../http-look.js';
import type { Check } from '../check.js';

const withinMs = 3_000;
const shownChars = 120;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text alone, or the usual keys of JSON. Null: no version in it. */
export function readVersion(text: string): string | null {
  let body: unknown = text.trim();
  try {
    body = JSON.parse(text);
  } catch {
    // Plain text is a version of its own.
  }
  const value = isRecord(body)
    ? ['version', 'releaseId', 'release', 'revision', 'commit', 'sha', 'gitCommit', 'build', 'tag']
        .map((key) => body[key])
        .find((one) => one !== undefined)
    : body;
  const told = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return told === '' || told.startsWith('<') ? null : (told.split('\n')[0] ?? '').slice(0, shownChars);
}

export const version: Check = {
  id: 'service.version',
  area: 'service',
  title: 'which version answers',
  plan: ({ catalog, services }) =>
    services.flatMap((name) => {
      const url = catalog.services[name]?.deploy?.versionUrl;
      if (url === undefined) return [];
      return [
        {
          target: name,
          look: async (signal): Promise<Finding> => {
            const { status, text, error, tookMs } = await lookAtUrl(url, { signal, withinMs });
            const command = `curl -sS --max-time 3 '${url}'`;
            if (error !== null || status !== 200)
              return unknownFinding(
                `its version address gave no version: ${error ?? `status ${status ?? ''}`}`,
                `Check deploy.versionUrl and the service.`,
                command,
              );
            const told = readVersion(text);
            if (told === null)
              return unknownFinding(
                'its version address answered without a version',
                'Let it answer with a text or { "version": … }.',
                command,
              );
            return {
              verdict: 'ok',
              value: told,
              limit: null,
              detail: `version ${told}, told in ${Math.round(tookMs)} ms`,
              command,
              remedy: null,
            };
          },
        },
      ];
    }),
};
