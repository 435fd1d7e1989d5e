import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { serviceDocument } from '../../../evidence/kinds/service.js';
import { shareOf, shareOfSide } from '../../account/accounting.js';
import { keptThresholds, type UnkeptConnections } from '../../account/kept-connections.js';
import { assured } from '../../confidence.js';
import { average, averageOf, clampRatio, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, disproved, minimumShare, nothing, tooSmall, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { statementCases } from '../database/database.js';
import type { Frame } from '../../../model/profile.js';
import { applicationShare, categoryShare, cpuProfile, frameLocation, ownWork, unownedShare } from '../process/cpu.js';

export const connectionPerRequest: Rule = {
  id: 'connection-per-request',
  requires: [serviceDocument, databasesDocument],
  thresholds: keptThresholds,
  evaluate,
};

/** Each request opens a connection to the database, and its beginning costs time that its statements do not. */
function evaluate(context: RuleContext): RuleVerdict {
  const { unkept } = context.facts;
  if (unkept === null) return nothing;
  const { database, peer, perRequest, renewed } = unkept;
  const part = setUpPart(context, unkept);
  const cpu = talkingShare(context);
  const share = clampRatio(part * (inConversation(context, unkept) + applicationShare(context) * cpu));
  const seen = context.book.add(
    'wire',
    `${database} began ${averageOf(perRequest, 'session')} for each request of the window; of the ${averageOf(peer.connections, 'connection')} that the service had to it at a look, ${percent(renewed)} had not been there at the look before`,
    serviceDocument.name,
  );
  if (share < minimumShare)
    return disproved(
      'connection-per-request',
      `requests open their connections to ${database} themselves, but that holds ${percent(share)} of the latency, ${tooSmall}`,
      [seen],
    );
  return {
    ...nothing,
    causes: [
      {
        id: 'connection-per-request',
        component: 'connections',
        location: { database, peer: peer.peer, ...frameLocation(callerOf(context)) },
        share,
        ...assured(context, 'connections-unkept'),
        summary: `Requests open a connection to ${database} of their own (${average(perRequest)} a request, hardly one of them is used again): beginning it holds about ${percent(share)} of the mean latency.`,
        evidence: cite(seen, context.cited.databases, context.cited.wire, context.cited.profile, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement: `Keep connections to ${database} in a pool of the service (or a pooler in front of it) and hand them from request to request.`,
          ...expectedGain(context, { cpu: [part * cpu, part * cpu, cpu], calls: [part, part, 1], waits: ['inside-wait'] }),
        },
      },
    ],
  };
}

/** Of all answers that a request waits for at that database, the part that comes before its first statement. */
function setUpPart(context: RuleContext, { database, perRequest }: UnkeptConnections): number {
  const calls = statementCases(context).reduce((sum, entry) => sum + (entry.database.name === database ? entry.callsPerRequest : 0), 0);
  const answers = keptThresholds.answers.value * perRequest;
  return answers / (answers + Math.max(calls, perRequest));
}

/** Requests that have a connection on which no statement runs: on the way to or from the database, or at their own turn. 0..1 of the mean latency. */
function inConversation(context: RuleContext, { database, peer }: UnkeptConnections): number {
  const { lines, facts } = context;
  const executing = statementCases(context).reduce(
    (sum, { statement, callsPerRequest, ...entry }) =>
      sum + (entry.database.name === database ? callsPerRequest * statement.meanExecMs : 0),
    0,
  );
  const withoutStatement = Math.max(0, shareOfSide(lines, 'database') - executing / facts.meanMs);
  const ownTurn = Math.max(0, peer.connections - peer.waiting - peer.connecting) / facts.total;
  return withoutStatement + Math.min(shareOf(lines, 'inside-wait'), ownTurn);
}

/** The function that opens them, if the profile shows one. If the profile shows no work of a driver, no function does. */
function callerOf(context: RuleContext): Frame | undefined {
  const profile = cpuProfile(context);
  return profile === null ? undefined : ownWork(profile, 'database-driver', 'orm')[0]?.frame;
}

/** Part of the service's CPU that goes into sockets, handshakes and the driver. What functions of the application encrypt or hash is not included. */
function talkingShare(context: RuleContext): number {
  const profile = cpuProfile(context);
  return profile === null ? 0 : categoryShare(profile, 'database-driver', 'orm', 'network-io') + unownedShare(profile, 'crypto');
}
