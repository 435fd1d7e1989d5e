import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import { ProgramFailedError } from '../core/model/errors.js';
import { incidentSearchAttributes } from '../workflows/respond/search-attributes.js';

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueTypes = { KEYWORD: 2, DOUBLE: 4, BOOL: 5 } as const;
const cliTypeNames = { KEYWORD: 'Keyword', DOUBLE: 'Double', BOOL: 'Bool' } as const;

/** gRPC: PERMISSION_DENIED, UNIMPLEMENTED (Temporal Cloud has no operator service), UNAUTHENTICATED for that service alone. */
const mayNotList = new Set([7, 12, 16]);

/** The command an operator runs where the responder may not register them itself (Temporal Cloud, restricted clusters). */
export function registrationCommand(namespace: string): string {
  const attributes = incidentSearchAttributes.map(({ name, type }) => `--name ${name} --type ${cliTypeNames[type]}`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${attributes}`;
}

async function missingAttributes(
  connection: ConnectionLike,
  namespace: string,
): Promise<readonly (typeof incidentSearchAttributes)[number][]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return incidentSearchAttributes.filter(({ name }) => !(name in customAttributes));
}

/**
 * Registers the search attributes that the namespace lacks. Safe to call from several processes at once and again at every start.
 * Throws ProgramFailedError with the exact command when the server does not allow it. Who may not even list them (Temporal Cloud, restricted clusters) is
 * told by `say` and works on: an operator has registered them, or the first incident says that one is missing.
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string, say: (line: string) => void): Promise<void> {
  const missing = await missingAttributes(connection, namespace).catch((error: unknown) => {
    if (!isGrpcServiceError(error) || !mayNotList.has(error.code)) throw error;
    say(
      `the search attributes of namespace ${namespace} may not be listed here (${error.details}); an operator has to have run: ${registrationCommand(namespace)}`,
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
    const message = `the search attributes could not be registered in namespace ${namespace} (${reason}); let an operator run: ${registrationCommand(namespace)}`;
    throw new ProgramFailedError({ program: 'temporal', exitCode: null, message, retryable: false }, { cause: error });
  }
}
