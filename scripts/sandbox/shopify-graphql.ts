/** The Admin API endpoint: budget, schema, the idempotency rule, then the store's records. No HTTP here. */
import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { actualCost, type CostBucket, operationCostMax, requestedCost } from './shopify-cost.ts'
import type { StoreContext } from './shopify-resolvers.ts'

export type GraphqlRequest = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }
export type GraphqlAnswer = Readonly<Record<string, unknown>>

/** Mutations that refuse to run without `@idempotent` since 2026-04, although the schema does not say so. */
const keyRequired = new Set(['inventorySetQuantities'])

/** A client sends the same few documents again and again; checking one costs more than answering it. */
const documentsKept = 100

export function graphqlEndpoint(options: {
  readonly schema: GraphQLSchema
  readonly root: unknown
  readonly bucket: CostBucket
}): (request: GraphqlRequest) => Promise<GraphqlAnswer> {
  const { schema, root, bucket } = options
  const answer = (body: GraphqlAnswer, requested: number, actual: number | null): GraphqlAnswer => ({
    ...body,
    extensions: {
      cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() },
    },
  })
  const checked = new Map<string, DocumentNode>()
  return async ({ query, variables }) => {
    const document = checked.get(query) ?? checkDocument(schema, query)
    if (document instanceof GraphQLError) return refused(document.message, 'INVALID')
    if (checked.size < documentsKept) checked.set(query, document)
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    if (!operation) return refused('There is no operation.', 'INVALID')
    const key = idempotencyKey(operation, variables)
    if ('problem' in key) return refused(key.problem, 'BAD_REQUEST')
    const requested = requestedCost(schema, document, variables)
    if (requested > operationCostMax)
      return answer(refused(`Query cost is ${requested}.`, 'MAX_COST_EXCEEDED'), requested, null)
    if (!bucket.take(requested)) return answer(refused('Throttled', 'THROTTLED'), requested, null)
    const contextValue: StoreContext = { idempotencyKey: key.value }
    const result = await execute({ schema, document, rootValue: root, variableValues: variables, contextValue })
    const actual = Math.min(requested, actualCost(result.data))
    bucket.giveBack(requested - actual)
    return answer({ data: result.data, ...(result.errors ? { errors: result.errors } : {}) }, requested, actual)
  }
}

export function operationName(query: string): string {
  return /^\s*(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'anonymous'
}

function refused(message: string, code: string): GraphqlAnswer {
  return { errors: [{ message, extensions: { code } }] }
}

/** The document if it is of the schema, else its first fault. */
function checkDocument(schema: GraphQLSchema, query: string): DocumentNode | GraphQLError {
  try {
    const document = parse(query)
    return validate(schema, document)[0] ?? document
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error))
  }
}

type KeyVerdict = { readonly value: string | null } | { readonly problem: string }

function idempotencyKey(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): KeyVerdict {
  for (const field of operation.selectionSet.selections) {
    if (field.kind !== Kind.FIELD) continue
    const directive = field.directives?.find((each) => each.name.value === 'idempotent')
    const required = keyRequired.has(field.name.value)
    if (!directive && required) return { problem: `@idempotent is required on ${field.name.value}.` }
    if (directive && !required) return { problem: `@idempotent is not supported on ${field.name.value}.` }
    const value = directive?.arguments?.find((each) => each.name.value === 'key')?.value
    const key =
      value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.STRING ? value.value : null
    if (required && (typeof key !== 'string' || key.trim() === '')) return { problem: 'The idempotency key is blank.' }
    if (typeof key === 'string') return { value: key }
  }
  return { value: null }
}
