import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import { isTemporalCloud, temporalCommand, type OperatedServer } from '../adapters/temporal/operator-command.js';
import { ProgramFailedError } from '../core/model/errors.js';
import { incidentSearchAttributes } from '../workflows/respond/search-attributes.js';

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueTypes = { KEYWORD: 2, DOUBLE: 4, BOOL: 5, KEYWORD_LIST: 7 } as const;
const cliTypeNames = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', DOUBLE: 'Double', BOOL: 'Bool' } as const;

/** gRPC: PERMISSION_DENIED, UNIMPLEMENTED (Temporal Cloud has no operator service), UNAUTHENTICATED for that service alone. */
const mayNotList = new Set([7, 12, 16]);

type Attribute = (typeof incidentSearchAttributes)[number];

/** The command for an operator when the responder may not register them itself. Temporal Cloud has a program of its own for this. */
export function registrationCommand(server: OperatedServer, attributes: readonly Attribute[] = incidentSearchAttributes): string {
  if (isTemporalCloud(server.address)) {
    const named = attributes.map(({ name, type }) => `--search-attribute "${name}=${cliTypeNames[type]}"`).join(' ');
    return `tcld namespace search-attributes add --namespace ${server.namespace} ${named}`;
  }
  const named = attributes.map(({ name, type }) => `--name ${name} --type ${cliTypeNames[type]}`).join(' ');
  return temporalCommand(`operator search-attribute create ${named}`, server);
}

async function missingAttributes(connection: ConnectionLike, namespace: string): Promise<readonly Attribute[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return incidentSearchAttributes.filter(({ name }) => !(name in customAttributes));
}

/**
 * Registers the search attributes that the namespace lacks. Several processes may call it at once, and every start repeats it. Throws ProgramFailedError
 * with the exact command when the server does not allow it. If listing them is not even allowed (Temporal Cloud, restricted clusters), `say` reports that
 * and the worker continues: an operator has registered them, or the first incident says that one is missing.
 */
export async function ensureSearchAttributes(
  connection: ConnectionLike,
  server: OperatedServer,
  say: (line: string) => void,
): Promise<void> {
  const { namespace } = server;
  const missing = await missingAttributes(connection, namespace).catch((error: unknown) => {
    if (!isGrpcServiceError(error) || !mayNotList.has(error.code)) throw error;
    say(
      `the search attributes of namespace ${namespace} may not be listed here (${error.details}); an operator has to have run: ${registrationCommand(server)}`,
    );
    return [];
  });
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, indexedValueTypes[type]]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another process may have been faster.
    if ((await missingAttributes(connection, namespace)).length === 0) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the search attributes could not be registered in namespace ${namespace} (${reason}); let an operator run: ${registrationCommand(server, missing)}`;
    throw new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: false }, { cause: error });
  }
}
