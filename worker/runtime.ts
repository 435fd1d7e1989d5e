import { Runtime, type LogMetadata, type Logger } from '@temporalio/worker';

export interface RuntimeOptions {
  /** Receives log lines; standard output belongs to the documents of commands. */
  log: (line: string) => void;
  /** `HOST:PORT` for Prometheus; null = no metrics of the SDK. */
  metricsAddress: string | null;
}

let isInstalled = false;

function createLogger(log: (line: string) => void): Logger {
  const write = (level: string, message: string, meta?: LogMetadata): void => {
    const { error, workflowId, activityType } = (meta ?? {}) as Record<string, unknown>;
    const where = [workflowId, activityType].filter((part) => typeof part === 'string').join(' ');
    const what = error instanceof Error ? `: ${error.message}` : '';
    log(`${level} ${message}${where === '' ? '' : ` (${where})`}${what}`);
  };
  return {
    log: (level, message, meta) => write(level.toLowerCase(), message, meta),
    trace: () => undefined,
    debug: () => undefined,
    info: () => undefined,
    warn: (message, meta) => write('warn', message, meta),
    error: (message, meta) => write('error', message, meta),
  };
}

/** Called once per process before the first connection. Later calls do nothing, because the SDK allows only one runtime. */
export function installRuntime({ log, metricsAddress }: RuntimeOptions): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: createLogger(log),
    // Whoever started the workers decides when they stop.
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === null
        ? {}
        : { metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, useSecondsForDurations: true } } }),
    },
  });
}
