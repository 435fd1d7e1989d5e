import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { writeStatusFolder } from '../../../adapters/status-page/status-folder.js';
import { statusPageFiles } from '../../../report/status-page/status-page-files.js';
import { statusPageOf } from '../../status-page/status-page-of.js';
import { besideAnyWorker, contextOf } from '../command-context.js';

async function publish({ out }: { out: string }, command: Command): Promise<void> {
  const context = await besideAnyWorker(contextOf(command));
  const page = await statusPageOf(await readCatalog(context.catalogFile), context.dataDirectory, null);
  const folder = resolve(out);
  const files = statusPageFiles(page, Date.now());
  await writeStatusFolder(folder, files);
  if (page.url === null)
    context.say('note: incidents.statusPage.url of the catalog is not set, so the feeds hold no address that anybody can open');
  const document = {
    out: folder,
    files: [...files.keys()].sort(),
    incidents: page.incidents.map(({ id, name, status }) => ({ id, name, status })),
  };
  context.print(document, `${files.size} files with ${page.incidents.length} incidents in ${folder}`);
}

/**
 * `perf-responder status publish --out DIR`: needs only the data folder (the worker's, if one is running here), so that it works when nothing else does.
 */
export function registerStatusPublish(group: Command): void {
  group
    .command('publish')
    .description('writes the status page as files, for any web server')
    .requiredOption('--out <folder>', 'where to; files of the same name are replaced')
    .addHelpText('after', '\nExamples:\n  $ perf-responder status publish --out /var/www/status')
    .action(publish);
}
