import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ProgramFailedError } from '../../core/model/errors.js';
import { withoutKey, type Keyless } from './encrypted-payload.js';
import { lookHowOthersWrite } from './key-in-use.js';
import type { OperatedServer } from './operator-command.js';

/** What the command line may say; everything else (TLS, API key, profile) comes from the `TEMPORAL_*` environment or its configuration file. */
export interface TemporalTarget {
  /** `HOST:PORT`; beats `TEMPORAL_ADDRESS`. */
  address?: string;
  namespace?: string;
  /** Absent: payloads are not encrypted. */
  dataConverter?: DataConverter;
  /** Tells the key of `dataConverter` apart from others, and tells nothing of it. */
  keyId?: string;
  /** What is known where no key is. */
  keyless?: Keyless;
}

type ConnectionOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

export interface ResolvedTemporal {
  connection: ConnectionOptions & { address: string };
  namespace: string;
}

export function resolveTemporal(target: TemporalTarget): ResolvedTemporal {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = target.address ?? connectionOptions.address ?? '127.0.0.1:7233';
  return { connection: { ...connectionOptions, address }, namespace: target.namespace ?? namespace ?? 'default' };
}

/** What an operator has to say to reach the same server. */
export function operatedServer({ connection, namespace }: ResolvedTemporal): OperatedServer {
  const { address, tls, apiKey } = connection;
  return { address, namespace, hasTls: tls !== undefined && tls !== false, hasApiKey: apiKey !== undefined };
}

/** How long a command waits for a server that does not answer, before it says so. */
const connectTimeoutMs = 5_000;

export function temporalUnreachable(address: string, cause: unknown): ProgramFailedError {
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? cause.name) : String(cause);
  return new ProgramFailedError(
    {
      program: 'temporal',
      exitCode: null,
      retryable: true,
      message: `expected a Temporal server at ${address}, but it does not answer (${reason}); start one with perf-responder dev, or name it with --address or TEMPORAL_ADDRESS`,
    },
    { cause },
  );
}

/** For the options of a worker. One without a key cannot read what others encrypt, so there is nothing that it could answer in plain. */
export function converterOf({ dataConverter, keyless }: TemporalTarget): { dataConverter?: DataConverter } {
  if (dataConverter !== undefined) return { dataConverter };
  if (keyless === undefined) return {};
  return { dataConverter: { payloadCodecs: [withoutKey(keyless, () => Promise.resolve('plain'))] } };
}

/** A client that begins things. Without a key it sends nothing where others encrypt. */
export function clientOn(connection: Connection, namespace: string, target: TemporalTarget): Client {
  const { dataConverter, keyless } = target;
  if (dataConverter !== undefined || keyless === undefined) return new Client({ connection, namespace, ...converterOf(target) });
  const codec = withoutKey(keyless, () => lookHowOthersWrite(connection, namespace));
  return new Client({ connection, namespace, dataConverter: { payloadCodecs: [codec] } });
}

/** Connects once, in bounded time. Throws ProgramFailedError when nothing answers. */
export async function connectClient(target: TemporalTarget): Promise<{ client: Client; address: string; close: () => Promise<void> }> {
  const { connection: options, namespace } = resolveTemporal(target);
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: connectTimeoutMs });
    return {
      client: clientOn(connection, namespace, target),
      address: options.address,
      close: () => connection.close(),
    };
  } catch (error) {
    throw temporalUnreachable(options.address, error);
  }
}
