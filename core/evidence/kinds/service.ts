import { peerName } from '../../observe/peer-name.js';
import { z } from 'zod';
import type { ServiceObservation } from '../../model/observation.js';
import { average, averageOf, cores, ms, percent, plural, seconds } from '../../diagnosis/figures.js';
import type { CaptureKind, Describing } from '../capture-kind.js';
import { shapedAs, type CaptureDocument, type ReadDocument } from '../document.js';
import { missingEvidenceSchema } from '../missing-evidence.js';

const processSchema = z.looseObject({
  pid: z.number(),
  runtime: z.string(),
  windowMs: z.number(),
  usableCores: z.number(),
  cpuMs: z.number(),
  runDelayMs: z.number(),
  threads: z.array(z.looseObject({ name: z.string(), isMain: z.boolean(), cpuMs: z.number(), runDelayMs: z.number() })),
  host: z.looseObject({ cores: z.number(), cpuRatio: z.number() }),
});

const wireSchema = z.looseObject({
  samples: z.number(),
  windowMs: z.number(),
  inbound: z.looseObject({ unread: z.number(), served: z.number(), acceptQueue: z.number() }),
  peers: z.array(
    z.looseObject({
      peer: z.string(),
      label: z.string(),
      kind: z.string(),
      waiting: z.number(),
      waitingMax: z.number(),
      connecting: z.number(),
    }),
  ),
  waitingInside: z.number(),
  multiplexed: z.boolean(),
});

export const serviceDocument: CaptureDocument<ServiceObservation> = {
  what: 'process and sockets of the service',
  name: 'service.json',
  artifactKind: 'process',
  schema: shapedAs<ServiceObservation>(
    z.looseObject({ process: processSchema.nullable(), wire: wireSchema.nullable(), missing: z.array(missingEvidenceSchema) }),
  ),
};

export const serviceKind: CaptureKind = {
  id: 'service',
  scope: 'window',
  stage: 'observe service',
  what: 'process and sockets of the service under load',
  title: ({ service }) => `process and sockets of ${service}`,
  longestMs: null,
  documents: [serviceDocument],
  headline,
  describe: (describing) => ({ process: describeProcess(describing), wire: describeWire(describing) }),
};

function headline(read: ReadDocument): string {
  const { process = null, wire = null, missing = [] } = read(serviceDocument) ?? {};
  const cpu = process === null ? [] : [`${cores(process.cpuMs / process.windowMs)} of ${process.usableCores} cores busy`];
  const busiest = wire?.peers.toSorted((left, right) => right.waiting - left.waiting)[0];
  const peer = busiest === undefined ? [] : [`${average(busiest.waiting)} waiting at ${busiest.label}`];
  const unread = wire === null ? [] : [`${average(wire.inbound.unread)} unread`];
  const parts = [...cpu, ...peer, ...unread];
  return parts.length > 0 ? parts.join(', ') : `nothing could be observed (${missing.map(({ what }) => what).join(', ')})`;
}

function describeProcess({ read, book, facts }: Describing): string[] {
  const process = read(serviceDocument)?.process ?? null;
  if (process === null || facts.cpu === null) return [];
  const text =
    `process ${process.pid} (${process.runtime}): ${cores(facts.cpu.totalCores)} of ${process.usableCores} cores used, serving threads ${cores(facts.cpu.busyCores)} (saturation ${facts.cpu.saturation.toFixed(2)}), ` +
    `its threads waited ${seconds(process.runDelayMs)} for a CPU in ${seconds(process.windowMs)}, ${ms(facts.cpu.perRequestMs)} CPU per request, host ${percent(process.host.cpuRatio)} busy`;
  return [book.add('process', text, serviceDocument.name)];
}

function describeWire({ read, book }: Describing): string[] {
  const wire = read(serviceDocument)?.wire ?? null;
  if (wire === null) return [];
  const peers = wire.peers.filter((peer) => peer.waiting > 0.05).map((peer) => `${average(peer.waiting)} at ${peerName(peer)}`);
  const text = `sockets (${plural(wire.samples, 'sample')}): ${averageOf(wire.inbound.unread, 'request')} unread, ${average(wire.inbound.served)} in service, of which ${[...peers, `${average(wire.waitingInside)} inside the process`].join(', ')}`;
  return [book.add('wire', text, serviceDocument.name)];
}
