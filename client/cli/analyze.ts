import type { Command } from 'commander';
import { readLoadFile } from '../../adapters/artifacts/load-file.js';
import { readTextFile } from '../../adapters/artifacts/text-file.js';
import { planDocument, readQueryPlan } from '../../core/database/plan/plan.js';
import { analyzeLoad } from '../../core/load/analyze-load.js';
import type { Budgets } from '../../core/model/load-result.js';
import { registerAnalyzeProfile } from './analyze-profile.js';
import { contextOf } from './command-context.js';
import { registerAnalyzeIncident } from './analyze-incident.js';
import { collectBudgets } from './option-values.js';
import { planText } from './plan-text.js';

const millis = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(value < 10 ? 2 : 0)} ms`);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

async function load(file: string, flags: { budget?: Budgets }, command: Command): Promise<void> {
  const analysis = analyzeLoad(await readLoadFile(file), flags.budget);
  const { verdict, reasons, thresholds, latencyMs, requests, requestRate, failedRatio } = analysis;
  const text = [
    `verdict   ${verdict}`,
    ...reasons.map((reason) => `because   ${reason}`),
    `requests  ${requests}, ${requestRate.toFixed(1)}/s, ${percent(failedRatio)} failed`,
    `latency   p50 ${millis(latencyMs.p50)}, p95 ${millis(latencyMs.p95)}, p99 ${millis(latencyMs.p99)}`,
    ...thresholds.map(
      ({ metric, expression, ok, observed }) =>
        `${ok ? 'ok       ' : 'FAILED   '} ${metric} ${expression} (observed ${observed === null ? 'unknown' : Number(observed.toPrecision(6))})`,
    ),
  ];
  contextOf(command).print(analysis, text.join('\n'));
}

async function plan(file: string, _flags: unknown, command: Command): Promise<void> {
  const read = readQueryPlan(await readTextFile(file, 'analyze plan'));
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
    .description('judge a k6 summary (handleSummary data, --summary-export, or the new machine-readable one)')
    .argument('<file>', 'summary as JSON')
    .option('--budget <metric=value>', 'p95=250ms, errors=1% … (repeatable), where the file has no thresholds', collectBudgets)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze load summary.json --json\n  $ perf-responder analyze load summary.json --budget p95=250ms',
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
