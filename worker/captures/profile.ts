import type { CaptureAdapter } from '../../activities/dependencies.js';
import type { Catalog } from '../../config/catalog.js';
import { resolveProcess, resolveProfiler } from '../../config/resolve/resolve-access.js';
import { filled } from '../../core/evidence/document.js';
import { flameDocument, profileDocument, profileKind, traceDocument } from '../../core/evidence/kinds/profile.js';
import { standingDocument } from '../../core/evidence/kinds/standing.js';
import { takeProfile } from './take-profile.js';

export function captureProfile(catalog: Catalog): CaptureAdapter {
  return {
    kind: profileKind,
    take: async (order) => {
      const { endpoint, options } = order;
      const { summary, flame, trace, standing, raw, missing } = await takeProfile(
        { ...order, file: options.profileFile ?? null },
        resolveProfiler(catalog, endpoint),
        resolveProcess(catalog, endpoint),
      );
      const documents = [
        filled(profileDocument, summary),
        filled(flameDocument, flame),
        ...(trace === null ? [] : [filled(traceDocument, trace)]),
        ...(standing === null ? [] : [filled(standingDocument, standing)]),
      ];
      return { documents, raw: [{ ...raw, artifactKind: 'profile' }], missing };
    },
  };
}
