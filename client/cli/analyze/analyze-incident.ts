import type { Command } from 'commander';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import { contextOf } from '../command-context.js';
import { incidentText } from '../triage/incident-text.js';

async function judge(path: string, _flags: unknown, command: Command): Promise<void> {
  const incident = judgeEvidence(await readEvidence(path), judgement);
  contextOf(command).print(incident, incidentText(incident));
}

export function registerAnalyzeIncident(analyze: Command): void {
  analyze
    .command('incident')
    .description('judge the evidence of an incident again: the triage document, by the rules of this version')
    .argument('<set>', 'folder or .tar.gz that perf-responder evidence wrote')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze incident incident.tar.gz\n  $ perf-responder analyze incident fixtures/evidence/missing-index --json',
    )
    .action(judge);
}
