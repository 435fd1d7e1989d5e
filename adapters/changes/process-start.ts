import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Change } from '../../core/command/changes/change.js';
import { findProcessOf, startedAtMs } from '../checks/service/process.js';
import { linkOf, readProc } from '../kernel/process-files.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { readAll, type ChangeSource } from './change-source.js';

/** Files that the command line names, the program itself first: what it was started from and with. */
function filesOf(pid: number): string[] {
  const folder = linkOf(`${pid}/cwd`);
  const program = linkOf(`${pid}/exe`);
  const named = (readProc(`${pid}/cmdline`) ?? '')
    .split('\0')
    .slice(1)
    .map((word) => word.replace(/^--?[\w-]+=/, ''));
  const paths = named
    .filter((word) => /^[\w./-]*[\w]\.[\w]+$|\//.test(word) && !word.startsWith('-'))
    .map((word) => (folder === null ? word : resolve(folder, word)));
  // What the service itself writes is no change of it.
  return [...new Set([...(program === null ? [] : [program]), ...paths])].filter((path) => !/\.(?:log|pid|sock)$/.test(path));
}

function mtimeOf(path: string): number | null {
  const file = statSync(path, { throwIfNoEntry: false });
  return file?.isFile() === true ? file.mtimeMs : null;
}

function base(service: string, atMs: number, revertible: boolean): Pick<Change, 'at' | 'service' | 'by' | 'revertible'> {
  return { at: new Date(atMs).toISOString(), service, by: null, revertible };
}

/** When the process of a service was started, and which of the files it was started with were written lately. */
export const processStarts: ChangeSource = {
  kind: 'process',
  title: 'start of the process, and the files of its command line',
  plan: ({ catalog, services, fromMs, toMs }) =>
    services.map((service) => ({
      source: `process ${service}`,
      read: async () => {
        const found = await findProcessOf(catalog, service);
        if ('absent' in found)
          throw new EvidenceUnavailableError({
            id: 'process',
            what: `the process of ${service}`,
            why: found.absent.detail,
            remedy: found.absent.remedy ?? '',
          });
        const startedMs = startedAtMs(found);
        const isRevertible = catalog.services[service]?.deploy?.rollback !== undefined;
        const start: Change = {
          ...base(service, startedMs, isRevertible),
          kind: 'restart',
          ref: `pid ${found.pid}`,
          title: `process ${found.pid} was started`,
          source: 'process',
        };
        const written = filesOf(found.pid).flatMap((path): Change[] => {
          const mtimeMs = mtimeOf(path);
          if (mtimeMs === null || mtimeMs < fromMs || mtimeMs > toMs) return [];
          const isLoaded = mtimeMs <= startedMs;
          const title = `${path} was written${isLoaded ? '' : ' after the process was started: it may not be in use yet'}`;
          return [{ ...base(service, mtimeMs, false), kind: 'config', ref: path, title, source: 'files' }];
        });
        return readAll(
          [start, ...written],
          `process ${found.pid} runs since ${new Date(startedMs).toISOString()}, ${written.length} of its files were written in the window`,
        );
      },
    })),
};
