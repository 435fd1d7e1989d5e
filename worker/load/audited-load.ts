import type { FinishedLoad, LoadOrder } from '../../activities/dependencies.js';
import type { AuditedAct } from '../../core/model/audit.js';

/** A load as the audit log describes it: for an incident, or for a commit that is measured on this machine. */
export function loadAct({ endpoint, holder, plan }: LoadOrder, of: 'incident' | 'bisect'): AuditedAct {
  const level = plan.rate === null ? `${plan.vus} users` : `${plan.rate} requests/s`;
  const how = plan.script ?? (plan.stages === undefined ? level : `${plan.stages.length} stages`);
  const seconds = (plan.rampUpMs + plan.warmUpMs + plan.durationMs) / 1000;
  const what = `${how} for ${seconds} s${of === 'bisect' ? ' on a commit on this machine' : ''}`;
  return { action: 'load', subject: holder, target: endpoint, who: 'responder', what, planId: null };
}

export function tellLoad({ result }: FinishedLoad): string {
  return `${result.requests} requests, ${(result.failedRatio * 100).toFixed(1)} % failed`;
}
