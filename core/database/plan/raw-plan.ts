import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';

/** Milliseconds or rounds of one node: nothing runs for longer than 300 years, and none backwards. */
const amount = z.number().min(0).max(1e13);

/** Numbers of one worker process at one node. Averages per loop, like those of the node. */
const workerSchema = z.looseObject({
  'Worker Number': z.number().optional(),
  'Actual Total Time': amount.optional(),
  'Actual Loops': amount.optional(),
  'Sort Space Used': z.number().optional(),
  'Sort Space Type': z.string().optional(),
  'Hash Batches': z.number().optional(),
  'Disk Usage': z.number().optional(),
});

/** The keys that are read of a node. Versions add and rename others, which are kept for the search for references only. */
const nodeFields = {
  'Node Type': z.string(),
  'Parent Relationship': z.string().optional(),
  'Subplan Name': z.string().optional(),
  'Join Type': z.string().optional(),
  Operation: z.string().optional(),
  'Parallel Aware': z.boolean().optional(),
  'Relation Name': z.string().optional(),
  Alias: z.string().optional(),
  'Index Name': z.string().optional(),
  'CTE Name': z.string().optional(),
  'Total Cost': z.number().optional(),
  'Plan Rows': z.number().optional(),
  'Actual Total Time': amount.optional(),
  'Actual Rows': z.number().min(0).optional(),
  'Actual Loops': amount.optional(),
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  'Rows Removed by Join Filter': z.number().optional(),
  Filter: z.string().optional(),
  'Join Filter': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Recheck Cond': z.string().optional(),
  'Hash Cond': z.string().optional(),
  'Merge Cond': z.string().optional(),
  'TID Cond': z.string().optional(),
  'Sort Method': z.string().optional(),
  'Sort Space Used': z.number().optional(),
  'Sort Space Type': z.string().optional(),
  'Hash Batches': z.number().optional(),
  'HashAgg Batches': z.number().optional(),
  'Disk Usage': z.number().optional(),
  Storage: z.string().optional(),
  'Maximum Storage': z.number().optional(),
  'Heap Fetches': z.number().optional(),
  'Exact Heap Blocks': z.number().optional(),
  'Lossy Heap Blocks': z.number().optional(),
  'Workers Planned': z.number().optional(),
  'Workers Launched': z.number().optional(),
  'Shared Hit Blocks': z.number().optional(),
  'Shared Read Blocks': z.number().optional(),
  'Temp Read Blocks': z.number().optional(),
  'Temp Written Blocks': z.number().optional(),
  Workers: z.array(workerSchema).optional(),
};

const nodeSchema = z.looseObject(nodeFields).extend({
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});

const jitSchema = z.looseObject({
  Functions: z.number().optional(),
  // A plain number up to one version, an object with a sum in others.
  Timing: z.union([z.number(), z.looseObject({ Total: z.number().optional() })]).optional(),
});

const documentSchema = z.looseObject({
  Plan: nodeSchema,
  'Planning Time': z.number().optional(),
  'Execution Time': z.number().optional(),
  Triggers: z
    .array(z.looseObject({ 'Trigger Name': z.string().optional(), 'Constraint Name': z.string().optional(), Time: z.number().optional() }))
    .optional(),
  Serialization: z.looseObject({ Time: z.number().optional() }).optional(),
  JIT: jitSchema.optional(),
  // Of nodes that the server does not measure: the time of the statement that is in none of the others.
  'Unmeasured Nodes': z.array(z.string()).optional(),
  'Unmeasured Time': amount.optional(),
});

export type RawPlanNode = z.infer<typeof nodeSchema>;
export type RawPlanDocument = z.infer<typeof documentSchema>;

/** The planner's own limits keep real plans far below; what is deeper would exhaust the stack of whoever reads it. */
const maxDepth = 500;

function requireDepth(value: unknown, depth: number): void {
  if (depth > maxDepth)
    throw new UnreadableInputError(`Expected a plan of at most ${maxDepth} levels, but found a deeper one. Is the file a plan?`);
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) requireDepth(inner, depth + 1);
}

/** Throws UnreadableInputError that names each key of the wrong type. */
export function parseRawPlan(document: unknown): RawPlanDocument {
  requireDepth(document, 0);
  const parsed = documentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new UnreadableInputError(
    `Expected a plan with the keys of EXPLAIN (FORMAT JSON), but its keys are of the wrong type:\n${z.prettifyError(parsed.error)}`,
  );
}
