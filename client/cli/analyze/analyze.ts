import type { Command } from 'commander';
import { readLoadFile } from '../../../adapters/artifacts/load-file.js';
import { namingFile } from '../../../adapters/artifacts/naming-file.js';
import { readTextFile } from '../../../adapters/artifacts/text-file.js';
import { planDocument, readQueryPlan } from '../../../core/database/plan/plan.js';
import { analyzeLoad } from '../../../core/load/analyze-load.js';
import type { Budgets } from '../../../core/model/load-result.js';
import { registerAnalyzeProfile } from './analyze-profile.js';
import { contextOf } from '../command-context.js';
import { loadText } from './load-text.js';
import { registerAnalyzeIncident } from './analyze-incident.js';
import { collectBudgets } from '../option-values.js';
import { planText } from './plan-text.js';

async function load(file: string, flags: { budget?: Budgets }, command: Command): Promise<void> {
  const analysis = analyzeLoad(await readLoadFile(file), flags.budget);
  contextOf(command).print(analysis, loadText(analysis));
}

async function plan(file: string, _flags: unknown, command: Command): Promise<void> {
  const text = await readTextFile(file, 'analyze plan');
  const read = await namingFile(file, () => readQueryPlan(text));
  contextOf(command).print(planDocument(read), planText(read));
}

export function registerAnalyze(program: Command): void {
  const analyze = program
    .command('analyze')
    .description('read offline: a k6 summary, a profile, a query plan or the evidence of an incident')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze load summary.json --budget p95=250ms\n  $ perf-responder analyze profile capture.cpuprofile --json\n  $ perf-responder analyze plan plan.json\n  $ perf-responder analyze incident incident.tar.gz',
    );
  registerAnalyzeIncident(analyze);
  analyze
    .command('load')
    .description(
      'judge the result of a load run: of k6 (summary, points, text), Locust, JMeter, Gatling, vegeta, wrk, hey, ab, oha and others',
    )
    .argument('<file>', 'the result, packed or not; - is standard input')
    .option('--budget <metric=value>', 'p95=250ms, errors=1% … (repeatable), where the file has no thresholds', collectBudgets)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze load summary.json --json\n  $ perf-responder analyze load summary.json --budget p95=250ms\n  $ perf-responder analyze load run_stats.csv --budget p95=250ms,errors=1%\n  $ hey -z 30s http://127.0.0.1:8080/ | perf-responder analyze load - --budget p95=250ms',
    )
    .action(load);
  registerAnalyzeProfile(analyze);
  analyze
    .command('plan')
    .description('the tree of a query plan with the time of every node, and what stands out')
    .argument(
      '<file>',
      'output of EXPLAIN or ANALYZE of PostgreSQL, MySQL, MariaDB, SQLite or MongoDB, or a log with it; - is standard input',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze plan plan.json\n  $ perf-responder analyze plan plan.txt --json\n  $ psql -c "EXPLAIN ANALYZE SELECT 1" | perf-responder analyze plan -',
    )
    .action(plan);
}
