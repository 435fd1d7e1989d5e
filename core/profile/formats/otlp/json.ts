import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { OtlpFile } from './model.js';

/** Protobuf's JSON writes 64-bit numbers as text and leaves zeroes out. */
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .default(0);
const valueType = z.object({ typeStrindex: number, unitStrindex: number }).prefault({});
const sample = z.object({
  stackIndex: number,
  values: z.array(number).default([]),
  timestampsUnixNano: z.array(z.union([z.number(), z.string()])).default([]),
});
const profile = z.object({
  sampleType: valueType,
  samples: z.array(sample).optional(),
  sample: z.array(sample).optional(),
  durationNano: number,
});
const fileSchema = z.object({
  resourceProfiles: z.array(z.object({ scopeProfiles: z.array(z.object({ profiles: z.array(profile).default([]) })).default([]) })),
  dictionary: z.object({
    stringTable: z.array(z.string()).default([]),
    functionTable: z.array(z.object({ nameStrindex: number, filenameStrindex: number, startLine: number })).default([]),
    mappingTable: z.array(z.object({ filenameStrindex: number })).default([]),
    locationTable: z
      .array(z.object({ mappingIndex: number, lines: z.array(z.object({ functionIndex: number, line: number })).default([]) }))
      .default([]),
    stackTable: z.array(z.object({ locationIndices: z.array(number).default([]) })).default([]),
  }),
});

export function otlpOfJson(bytes: Uint8Array): OtlpFile {
  const file = fileSchema.safeParse(parse(bytes));
  if (!file.success) {
    throw new UnreadableInputError(
      `otlp: expected resourceProfiles and a dictionary with a table of stacks (opentelemetry-proto 1.8 and later). ${z.prettifyError(file.error).slice(0, 400)}`,
    );
  }
  const { resourceProfiles, dictionary } = file.data;
  return {
    strings: dictionary.stringTable,
    functions: dictionary.functionTable.map((entry) => ({
      name: entry.nameStrindex,
      file: entry.filenameStrindex,
      startLine: entry.startLine,
    })),
    mappings: dictionary.mappingTable.map((entry) => ({ file: entry.filenameStrindex })),
    locations: dictionary.locationTable.map((entry) => ({
      mapping: entry.mappingIndex,
      lines: entry.lines.map((line) => ({ function: line.functionIndex, line: line.line })),
    })),
    stacks: dictionary.stackTable.map((entry) => entry.locationIndices),
    profiles: resourceProfiles
      .flatMap(({ scopeProfiles }) => scopeProfiles.flatMap(({ profiles }) => profiles))
      .map((entry) => ({
        type: entry.sampleType.typeStrindex,
        unit: entry.sampleType.unitStrindex,
        durationNanos: entry.durationNano,
        samples: (entry.samples ?? entry.sample ?? []).map((one) => ({
          stack: one.stackIndex,
          values: one.values,
          timestamps: one.timestampsUnixNano.length,
        })),
      })),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UnreadableInputError(`otlp: expected JSON, got ${bytes.length} bytes that are none. Is the file complete?`, { cause: error });
  }
}
