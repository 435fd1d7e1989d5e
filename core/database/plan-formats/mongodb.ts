import type { PlanFormat } from './format.js';
import { BrokenValueError, readShellValue } from './wrapping/shell-value.js';
import { isRecord, numeric as plainNumber, type RawRecord } from './mysql-blocks.js';

const mostLevels = 200;
const shellAdvice = 'print(EJSON.stringify(<query>.explain("executionStats")))';

export const mongodb: PlanFormat = {
  id: 'mongodb',
  engine: 'mongodb',
  tool: 'explain("executionStats") of find and aggregate, either engine, sharded or not',
  versions: '3.0 to 8',
  exactness: 'rows and documents exact; times are whole milliseconds, and those of a stage are estimates of the server',
  advice: '.explain("executionStats") behind the query (it executes it)',
  tells: /"{0,2}(?:queryPlanner|executionStats|winningPlan|executionStages|execStats)"{0,2}\s*:/,
  readText({ lines }) {
    return documentsIn(lines.map((line) => line.text).join('\n'));
  },
  readObject(value) {
    const stages = value['stages'];
    if (Array.isArray(stages) && stages.some((each) => isRecord(each) && '$cursor' in each))
      return aggregation(stages.filter(isRecord), value);
    if (isRecord(value['execStats'])) return profiled(value, value['execStats']);
    const planner = value['queryPlanner'];
    // What people print of it: `.explain(…).executionStats`, or its stages alone.
    const stats = isRecord(value['executionStages']) ? value : value['executionStats'];
    if (typeof value['stage'] === 'string' && 'nReturned' in value) return { Plan: readStage({ ...value }, null, true, 0) };
    if (!isRecord(planner) && !isRecord(stats)) return null;
    return isRecord(stats) ? executed(stats, planner) : isRecord(planner) ? planned(planner) : null;
  },
};

/** Queries, code and remarks have braces, too. */
const mostStarts = 50;
const longestKey = 20;

/** The plans among what the shell printed. Throws UnreadableInputError when one of them ends too early. */
function documentsIn(text: string): RawRecord[] {
  if (!/\b(?:queryPlanner|executionStats|executionStages|stage|execStats)\b["']?\s*:/.test(text)) return [];
  const found: RawRecord[] = [];
  const starts = /[{[]/g;
  for (let match = starts.exec(text), tried = 0; match !== null && tried < mostStarts; match = starts.exec(text), tried++) {
    try {
      const { value, end } = readShellValue(text, match.index, shellAdvice);
      found.push(...plansIn(value, 0));
      starts.lastIndex = end;
    } catch (error) {
      if (!(error instanceof BrokenValueError)) throw error;
      // Code that stands above the plan is no value, either, but says nothing of a plan up to where it stops being one.
      if (mongodb.tells.test(text.slice(match.index, error.at + longestKey))) throw error;
    }
  }
  return found;
}

function plansIn(value: unknown, level: number): RawRecord[] {
  if (level > mostLevels || typeof value !== 'object' || value === null) return [];
  const document = isRecord(value) ? (mongodb.readObject?.(value) ?? null) : null;
  return document === null ? Object.values(value).flatMap((inner) => plansIn(inner, level + 1)) : [document];
}

function executed(stats: RawRecord, planner: unknown): RawRecord | null {
  const stages = stats['executionStages'];
  if (!isRecord(stages)) return isRecord(planner) ? planned(planner) : null;
  const executionMs = numeric(stats['executionTimeMillis']);
  return {
    Plan: readStage(stages, collectionOf(planner), true, 0),
    ...(executionMs === undefined ? {} : { 'Execution Time': executionMs }),
  };
}

/** A document of `system.profile`, or of a slow query in the log. */
function profiled(value: RawRecord, stages: RawRecord): RawRecord {
  const executionMs = numeric(value['millis']);
  return {
    Plan: readStage(stages, collectionOf({ namespace: value['ns'] }), true, 0),
    ...(executionMs === undefined ? {} : { 'Execution Time': executionMs }),
  };
}

function planned(planner: RawRecord): RawRecord | null {
  const winning = planner['winningPlan'];
  if (!isRecord(winning)) return null;
  return { Plan: readStage(isRecord(winning['queryPlan']) ? winning['queryPlan'] : winning, collectionOf(planner), false, 0) };
}

/** The stages of a pipeline stand behind each other: each reads the one before it. */
function aggregation(stages: readonly RawRecord[], value: RawRecord): RawRecord | null {
  let below: RawRecord | null = null;
  let executionMs: number | undefined;
  const unmeasured: string[] = [];
  for (const stage of stages) {
    const cursor = stage['$cursor'];
    if (isRecord(cursor)) {
      const inner = mongodb.readObject?.(cursor) ?? null;
      if (inner === null) return null;
      below = inner['Plan'] as RawRecord;
      executionMs = numeric(inner['Execution Time']);
      continue;
    }
    const name = Object.keys(stage).find((key) => key.startsWith('$')) ?? 'Stage';
    const children: RawRecord[] = below === null ? [] : [below];
    const isMeasured = stage['nReturned'] !== undefined;
    if (!isMeasured && below?.['Actual Loops'] !== undefined) unmeasured.push(name);
    below = {
      'Node Type': name,
      ...(isMeasured ? measured(stage, true) : asLongAs(below)),
      ...(children.length === 0 ? {} : { Plans: children }),
    };
  }
  if (below === null) return null;
  const belowMs = numeric(below['Actual Total Time']) ?? 0;
  const total = Math.max(executionMs ?? 0, belowMs);
  return {
    Plan: below,
    ...(value['serverInfo'] === undefined && executionMs === undefined ? {} : { 'Execution Time': total }),
    ...(unmeasured.length === 0 ? {} : { 'Unmeasured Nodes': unmeasured, 'Unmeasured Time': total - belowMs }),
  };
}

/** Servers before 4.4 measure what the cursor reads, and none of the stages behind it: these hand on what they read, and have no time of their own. */
function asLongAs(below: RawRecord | null): RawRecord {
  const loops = below?.['Actual Loops'];
  return loops === undefined ? {} : { 'Actual Total Time': below?.['Actual Total Time'], 'Actual Loops': loops };
}

/** A number, also as canonical Extended JSON writes one (`{"$numberLong": "5"}`), and as a driver's Long is made JSON (`{"low": 5, "high": 0}`). */
function numeric(value: unknown): number | undefined {
  if (!isRecord(value)) return plainNumber(value);
  const { low, high } = value;
  if (typeof low === 'number' && typeof high === 'number') return high * 2 ** 32 + (low >>> 0);
  return plainNumber(value['$numberLong'] ?? value['$numberInt'] ?? value['$numberDouble']);
}

function collectionOf(planner: unknown): string | null {
  const namespace = isRecord(planner) ? planner['namespace'] : undefined;
  return typeof namespace === 'string' ? namespace.replace(/^[^.]*\./, '') : null;
}

const readsDocuments = /SCAN|FETCH|IDHACK|COUNT|DISTINCT|TEXT|GEO|^(?:scan|ixscan|seek|ixseek)$/;

function readStage(stage: RawRecord, collection: string | null, isMeasured: boolean, level: number): RawRecord {
  const type =
    typeof stage['stage'] === 'string' ? stage['stage'] : typeof stage['shardName'] === 'string' ? `shard ${stage['shardName']}` : 'stage';
  const children = level > mostLevels ? [] : childrenOf(stage).map((child) => readStage(child, collection, isMeasured, level + 1));
  const index = stage['indexName'];
  return {
    'Node Type': type,
    ...(collection !== null && readsDocuments.test(type) ? { 'Relation Name': collection, Alias: collection } : {}),
    ...(typeof index === 'string' ? { 'Index Name': index } : {}),
    ...(isRecord(stage['filter']) ? { Filter: JSON.stringify(stage['filter']) } : {}),
    ...(isRecord(stage['indexBounds']) ? { 'Index Cond': JSON.stringify(stage['indexBounds']) } : {}),
    ...(stage['usedDisk'] === true
      ? { 'Sort Space Type': 'Disk', 'Sort Space Used': Math.round((numeric(stage['spilledDataStorageSize']) ?? 0) / 1024) }
      : {}),
    ...estimated(stage),
    ...measured(stage, isMeasured),
    ...(children.length === 0 ? {} : { Plans: children }),
  };
}

/** What the cost-based planner of 8.1 and later tells of a stage. */
function estimated(stage: RawRecord): RawRecord {
  const rows = numeric(stage['cardinalityEstimate']);
  const cost = numeric(stage['costEstimate']);
  return { ...(rows === undefined ? {} : { 'Plan Rows': rows }), ...(cost === undefined ? {} : { 'Total Cost': cost }) };
}

function measured(stage: RawRecord, isMeasured: boolean): RawRecord {
  if (!isMeasured) return {};
  const rows = numeric(stage['nReturned']) ?? 0;
  const examined = numeric(stage['docsExamined']);
  return {
    'Actual Total Time': numeric(stage['executionTimeMillisEstimate']) ?? numeric(stage['executionTimeMillis']) ?? 0,
    'Actual Loops': 1,
    'Actual Rows': rows,
    ...(examined === undefined ? {} : { 'Rows Removed by Filter': Math.max(0, examined - rows) }),
  };
}

/** `inputStage`, `inputStages`, `outerStage`, `thenStage`, `shards` with their own executionStages, and what later versions add. */
function childrenOf(stage: RawRecord): RawRecord[] {
  return Object.entries(stage).flatMap(([key, value]) => {
    if (key === 'shards' && Array.isArray(value))
      return value.filter(isRecord).map((shard) => ({
        ...shard,
        ...(isRecord(shard['executionStages'])
          ? { inputStage: shard['executionStages'] }
          : isRecord(shard['winningPlan'])
            ? { inputStage: shard['winningPlan'] }
            : {}),
      }));
    if (!/(?:Stage|Stages)$/.test(key) || key === 'executionStages') return [];
    return (Array.isArray(value) ? value : [value]).filter(isRecord);
  });
}
