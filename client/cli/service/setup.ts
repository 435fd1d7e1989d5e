/** `perf-responder setup`: gets the programs that the product starts and verifies their checksums. Running it again changes nothing. */
import type { Command } from 'commander';
import { requiredTools } from '../../../adapters/tools/tool-pins.js';
import { findTool } from '../../../config/find-tool.js';
import { contextOf } from '../command-context.js';

const wayInWords = {
  setting: 'named by its setting',
  path: 'found on PATH',
  cache: 'already installed',
  wheel: 'installed from a checked wheel',
  'go-build': 'built from the checked Go module',
  download: 'installed from the checked release',
};

async function setup(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const tools = [];
  for (const tool of requiredTools) tools.push({ tool, ...(await findTool(tool, { say: context.say, allowDownload: true })) });
  context.print(
    { tools },
    tools.map(({ tool, version, source, path }) => `${tool} ${version}: ${wayInWords[source]} (${path})`).join('\n'),
  );
}

export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('get k6 and the Temporal development server, checked by their sums')
    .addHelpText('after', '\nExamples:\n  $ perf-responder setup\n  $ PERF_RESPONDER_K6=/opt/k6 perf-responder setup --json')
    .action(setup);
}
