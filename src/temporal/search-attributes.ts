import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionLike, isGrpcServiceError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { searchAttributeKeys } from './search-attribute-keys.js';

// A CommonJS package that Node sees no names of.
const { IndexedValueType } = proto.temporal.api.enums.v1;
type IndexedValueType = temporal.api.enums.v1.IndexedValueType;

/** What client `Connection` and worker `NativeConnection` both have. */
export type ServerConnection = Pick<ConnectionLike, 'workflowService'> & {
  readonly operatorService: {
    listSearchAttributes(request: { namespace: string }): Promise<ListedSearchAttributes>;
    addSearchAttributes(request: {
      namespace: string;
      searchAttributes: Record<string, IndexedValueType>;
    }): Promise<unknown>;
  };
};
type ListedSearchAttributes = Pick<temporal.api.operatorservice.v1.ListSearchAttributesResponse, 'customAttributes'>;

/** Our search attributes as Temporal's CLI writes them: `LurewatchMailbox=Keyword`. */
export const searchAttributeTypes: readonly (readonly [name: string, type: string])[] = searchAttributeKeys.map(
  (key) => [key.name, TypedSearchAttributes.toMetadataType(key.type)],
);

const wanted: readonly (readonly [string, IndexedValueType])[] = searchAttributeKeys.map((key) => [
  key.name,
  key.type === 'KEYWORD'
    ? IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    : IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
]);

/** Servers read their list of attributes anew about once a minute. */
const usableWithinMs = 90_000;

/**
 * Registers our search attributes where they are missing, and waits until they can be used.
 *
 * @throws LW_SEARCH_ATTRIBUTES_MISSING with the commands to run, where the server does not let us
 */
export async function ensureSearchAttributes(connection: ServerConnection, namespace: string): Promise<void> {
  const registered = await list(connection, namespace);
  const missing = wanted.filter(([name]) => registered?.[name] === undefined);
  const wrong = wanted.filter(([name, type]) => ![undefined, type].includes(registered?.[name]));
  if (wrong.length > 0)
    throw wrongType(
      namespace,
      wrong.map(([name]) => name),
    );
  // Where the list may not be read (Temporal Cloud), a query tells as much.
  if (missing.length === 0 || (registered === undefined && (await isUsable(connection, namespace)))) return;

  // One by one: a worker that starts beside us may have registered some of them meanwhile.
  for (const [name, type] of missing) {
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: type } });
    } catch (cause) {
      if (isGrpcServiceError(cause) && cause.code === alreadyExists) continue;
      throw notAllowed(
        namespace,
        missing.map(([missingName]) => missingName),
        cause,
      );
    }
  }
  const deadline = Date.now() + usableWithinMs;
  for (let pauseMs = 20; !(await isUsable(connection, namespace)); pauseMs = Math.min(pauseMs * 2, 2000)) {
    if (Date.now() > deadline)
      throw notAllowed(
        namespace,
        missing.map(([name]) => name),
        undefined,
      );
    await sleep(pauseMs);
  }
}

const alreadyExists = 6;

/** What is registered in the namespace; undefined where we may not ask. */
async function list(
  connection: ServerConnection,
  namespace: string,
): Promise<Readonly<Record<string, IndexedValueType>> | undefined> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return customAttributes;
  } catch (error) {
    if (isGrpcServiceError(error)) return undefined;
    throw error;
  }
}

/** A query with an attribute that the server does not know (yet) is refused as invalid. */
async function isUsable(connection: ServerConnection, namespace: string): Promise<boolean> {
  const query = wanted.map(([name]) => `${name} = 'none'`).join(' AND ');
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error)) return false;
    throw error;
  }
}

function commands(namespace: string, names: readonly string[]): string {
  return searchAttributeTypes
    .filter(([name]) => names.includes(name))
    .map(
      ([name, type]) =>
        `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`,
    )
    .join('\n');
}

function notAllowed(namespace: string, names: readonly string[], cause: unknown): LurewatchError {
  const reason = isGrpcServiceError(cause) ? ` (${cause.details})` : '';
  return new LurewatchError(
    'LW_SEARCH_ATTRIBUTES_MISSING',
    `search attributes are missing and could not be registered${reason}: ${names.join(', ')}`,
    { where: `namespace ${namespace}`, mend: `Run:\n${commands(namespace, names)}\n`, cause },
  );
}

function wrongType(namespace: string, names: readonly string[]): LurewatchError {
  const remove = names.map(
    (name) => `  temporal operator search-attribute remove --namespace ${namespace} --name ${name}`,
  );
  return new LurewatchError(
    'LW_SEARCH_ATTRIBUTES_MISSING',
    `search attributes exist with another type than ours: ${names.join(', ')}`,
    { where: `namespace ${namespace}`, mend: `Run:\n${remove.join('\n')}\n${commands(namespace, names)}\n` },
  );
}
