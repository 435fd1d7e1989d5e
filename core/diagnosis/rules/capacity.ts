import type { Threshold } from '../rule.js';
import { profileDocument } from '../../evidence/kinds/profile.js';
import { assured } from '../confidence.js';
import { serviceDocument } from '../../evidence/kinds/service.js';
import { ms, percent, requestRate } from '../figures.js';
import { cite, nothing, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';
import { areStatementsCounted, areStatementsOpen, statementThresholds, talkingShare, uncounted } from './database/open-statements.js';
import { categoryShare, cpuProfile, ownWork } from './process/cpu.js';

/** Work that a defect makes large. A service whose CPU goes there is not simply at its limit. */
const avoidable = ['regex', 'serialization', 'crypto', 'compression', 'logging', 'templating', 'reflection', 'gc'] as const;

/**
 * Everything that an application function has done for it, including in a database's driver or mapper. Many small statements, many rows or a connection for
 * each request use CPU there, and none of that is a service at its limit.
 */
const anyOfIts = ['application', 'native', 'unknown', 'file-io', 'orm', 'database-driver', 'allocation', 'lock'] as const;

const thresholds = {
  saturation: {
    value: 0.85,
    unit: 'of what the service may use',
    source: '0.8 is where an M/M/1 queue waits four service times; 0.05 more keeps two noisy figures apart.',
  },
  ownPart: {
    value: 0.25,
    unit: 'of the budget',
    source: 'A request that alone takes a quarter of its budget leaves room for three times its own demand in queueing.',
  },
  ...statementThresholds,
  leads: {
    value: 0.35,
    unit: 'of the CPU samples',
    source: 'One function or kind of work with a third of the CPU leads; removing less would not bring back a saturated service.',
  },
} as const satisfies Record<string, Threshold>;

export const capacity: Rule = { id: 'capacity', requires: [serviceDocument, profileDocument], thresholds, evaluate };

/**
 * The service is saturated, one request alone would be well within its budget, and no single defect leads: the load is beyond 1/D.
 */
function evaluate(context: RuleContext): RuleVerdict {
  const { facts, input } = context;
  const { cpu } = facts;
  if (cpu === null || cpu.saturation < thresholds.saturation.value) return nothing;
  // A service that is saturated because it waits for a CPU that others use is not at a limit of its own.
  if (cpu.runDelayCores > cpu.busyCores) return nothing;
  const budgetMs = input.budgets.p95Ms ?? input.budgets.p50Ms ?? input.budgets.p99Ms;
  const demandMs = cpu.perRequestMs;
  if (budgetMs === undefined || demandMs === 0 || demandMs > thresholds.ownPart.value * budgetMs) return nothing;
  const profile = cpuProfile(context);
  const leader = profile === null ? undefined : ownWork(profile, 'application', 'native', 'unknown', 'file-io')[0];
  const below = profile === null ? undefined : ownWork(profile, ...anyOfIts)[0];
  const special = profile === null ? 0 : Math.max(0, ...avoidable.map((category) => categoryShare(profile, category)));
  if (profile === null || Math.max(leader?.share ?? 0, below?.share ?? 0, special) >= thresholds.leads.value) return nothing;
  const talking = talkingShare(context);
  if (talking >= thresholds.leads.value && !areStatementsCounted(context)) return { ...nothing, missing: [uncounted(talking)] };
  // Where they are known to be of these requests they are the cause; here that is open, and a load is too high only where nothing is wrong.
  if (talking >= thresholds.leads.value && areStatementsOpen(context)) return nothing;
  const limit = cpu.busyCores > 0 ? (facts.requestRate / cpu.saturation).toFixed(0) : '?';
  const offered = input.plan.rate === null ? `${input.plan.vus} users in a closed loop` : `${input.plan.rate}/s offered`;
  const fact = context.book.add(
    'process',
    `demand ${ms(demandMs)} CPU a request, ${requestRate(facts.requestRate)} completed at saturation ${cpu.saturation.toFixed(2)}, ${offered}`,
    serviceDocument.name,
  );
  return {
    ...nothing,
    causes: [
      {
        id: 'capacity',
        component: 'load',
        location: { route: input.route },
        share: context.sides.application,
        ...assured(context, 'load-beyond'),
        summary: `Each request needs ${ms(demandMs)} of CPU, far within its budget, but ${offered} bring the service near its limit of about ${limit} requests/s (saturation ${cpu.saturation.toFixed(2)} at ${requestRate(facts.requestRate)}), where requests queue. The profile is flat (largest application function ${percent(leader?.share ?? 0)}).`,
        evidence: cite(fact, context.cited.process, context.cited.profile, context.cited.load),
        remedy: {
          kind: 'capacity',
          statement: `Add instances, or shed load: at ${requestRate(facts.requestRate)} the budget is already broken.`,
          expected: 'latency within budget below that rate',
          basis: 'estimated',
        },
      },
    ],
  };
}
