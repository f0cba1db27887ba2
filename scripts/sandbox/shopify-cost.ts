/** Shopify's calculated cost: what an operation may cost at most, and the bucket it is paid from. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'

/** A mutation costs ten; an object one; a connection two and its page of children. */
const mutationCost = 10
const connectionCost = 2
/** Shopify refuses a single operation beyond this, whatever the bucket holds. */
export const operationCostMax = 1_000

export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const [operation] = document.definitions.filter((definition) => definition.kind === 'OperationDefinition')
  if (!operation) return 0
  const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()
  const base = operation.operation === 'mutation' ? mutationCost : 0
  return base + (root ? selectionCost(schema, operation.selectionSet, root.name, variables) : 0)
}

function selectionCost(
  schema: GraphQLSchema,
  selections: SelectionSetNode,
  typeName: string,
  variables: Readonly<Record<string, unknown>>,
): number {
  const type = schema.getType(typeName)
  if (!isObjectType(type)) return 0
  let cost = 0
  for (const field of selections.selections) {
    if (field.kind !== 'Field' || !field.selectionSet) continue
    const definition = type.getFields()[field.name.value]
    const child = definition ? getNamedType(definition.type) : undefined
    if (!child || !isCompositeType(child) || child.name === 'PageInfo') continue
    const inner = selectionCost(schema, field.selectionSet, child.name, variables)
    if (child.name.endsWith('Connection')) cost += connectionCost + pageSize(field, variables) * inner
    else cost += Math.max(1, pageSize(field, variables)) * (1 + inner)
  }
  return cost
}

function pageSize(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const argument = field.arguments?.find((each) => each.name.value === 'first')
  if (argument?.value.kind === 'IntValue') return Number(argument.value.value)
  if (argument?.value.kind === 'Variable') return Number(variables[argument.value.name.value] ?? 0)
  return 0
}

/** Every object in an answer, which is what the operation is charged in the end. */
export function actualCost(data: unknown): number {
  if (Array.isArray(data)) return data.reduce<number>((sum, item) => sum + actualCost(item), 0)
  if (typeof data !== 'object' || data === null) return 0
  return 1 + Object.values(data).reduce<number>((sum, value) => sum + actualCost(value), 0)
}

export type CostBucket = {
  /** False when the bucket does not hold the requested cost: nothing is taken. */
  readonly take: (points: number) => boolean
  readonly giveBack: (points: number) => void
  readonly drain: () => void
  readonly status: () => { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }
}

/** Shopify's buckets hold twenty seconds of their rate. */
export function costBucket(restoreRate: number, nowMs: () => number): CostBucket {
  const maximum = restoreRate * 20
  let available = maximum
  let countedAtMs = nowMs()
  const refill = () => {
    const now = nowMs()
    available = Math.min(maximum, available + ((now - countedAtMs) / 1000) * restoreRate)
    countedAtMs = now
  }
  return {
    take: (points) => {
      refill()
      if (points > available) return false
      available -= points
      return true
    },
    giveBack: (points) => {
      available = Math.min(maximum, available + points)
    },
    drain: () => {
      refill()
      available = 0
    },
    status: () => {
      refill()
      return { maximumAvailable: maximum, currentlyAvailable: Math.floor(available), restoreRate }
    },
  }
}
