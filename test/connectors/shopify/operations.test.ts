import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { operationCostMax, requestedCost } from '../../../scripts/sandbox/shopify-cost.ts'
import { officialSchema } from '../../../scripts/sandbox/shopify-schema.ts'
import { schemaPart } from '../../../scripts/sandbox/shopify-schema-part.ts'
import * as operations from '../../../src/connectors/shopify/client/operations.ts'

const official = await officialSchema({ fetch: true })
if (!official) {
  console.warn(
    'SKIPPED Shopify schema checks: `npm pack @shopify/dev-mcp` did not work; run it where npm has a registry.',
  )
}

const { apiVersion, ...documents } = operations
const mutations = { fulfilmentCreate: operations.fulfilmentCreate, setQuantities: operations.setQuantities }

describe('the operations sent to Shopify', () => {
  it('are all of the version the schema is of', () => expect(apiVersion).toBe('2026-10'))

  it.each(Object.entries(documents))('%s is valid against the hand-written part of the schema', (_name, text) => {
    expect(validate(buildSchema(schemaPart), parse(text)).map((error) => error.message)).toEqual([])
  })

  it('carry an idempotency key where Shopify requires one, and only there', () => {
    expect(mutations.setQuantities).toContain('@idempotent(key: $key)')
    expect(mutations.fulfilmentCreate).not.toContain('@idempotent')
  })
})

/** Each use is a suite with the schema in hand. */
const withSchema = (body: (schema: GraphQLSchema) => void) =>
  describe.skipIf(!official)('against the official schema', () => {
    if (official) body(official)
  })

withSchema((schema) => {
  it.each(Object.entries(documents))('%s is valid', (_name, text) => {
    expect(validate(schema, parse(text)).map((error) => error.message)).toEqual([])
  })

  it.each(Object.entries(documents))('%s uses nothing that Shopify has deprecated', (_name, text) => {
    expect(deprecatedFields(schema, text)).toEqual([])
  })

  it.each(Object.entries(documents))('%s costs less than one operation may', (_name, text) => {
    expect(requestedCost(schema, parse(text), {})).toBeLessThanOrEqual(operationCostMax)
  })

  it('the hand-written part says nothing else', () => {
    const part = buildSchema(schemaPart)
    const own = Object.values(part.getTypeMap()).filter((type) => !type.name.startsWith('__'))
    expect(own.flatMap((type) => differences(type, schema.getType(type.name)))).toEqual([])
  })
})

function differences(mine: GraphQLNamedType, theirs: GraphQLNamedType | undefined): readonly string[] {
  if (!theirs) return [`${mine.name} is not there`]
  if (isEnumType(mine) && isEnumType(theirs)) {
    const known = new Set(theirs.getValues().map((value) => value.name))
    return mine.getValues().flatMap((value) => (known.has(value.name) ? [] : [`${mine.name}.${value.name}`]))
  }
  if (isObjectType(mine) && isObjectType(theirs)) {
    return Object.values(mine.getFields()).flatMap((field) => {
      const other = theirs.getFields()[field.name]
      const path = `${mine.name}.${field.name}`
      if (String(other?.type) !== String(field.type)) return [`${path}: ${field.type} is ${other?.type}`]
      return field.args.flatMap((argument) => {
        const same = other?.args.find((each) => each.name === argument.name)
        return String(same?.type) === String(argument.type) ? [] : [`${path}(${argument.name})`]
      })
    })
  }
  if (isInputObjectType(mine) && isInputObjectType(theirs)) {
    return Object.values(mine.getFields()).flatMap((field) => {
      const other = theirs.getFields()[field.name]
      return String(other?.type) === String(field.type) ? [] : [`${mine.name}.${field.name}`]
    })
  }
  return mine.constructor === theirs.constructor ? [] : [`${mine.name} is of another kind`]
}

/** Walks the selections by hand: graphql-js reports deprecations only through a rule over TypeInfo. */
function deprecatedFields(schema: GraphQLSchema, text: string): readonly string[] {
  const found: string[] = []
  const walk = (selections: readonly unknown[], typeName: string): void => {
    const type = schema.getType(typeName)
    for (const selection of selections) {
      if (!isObjectType(type) || !isField(selection)) continue
      const field = type.getFields()[selection.name.value]
      if (field?.deprecationReason) found.push(`${typeName}.${selection.name.value}`)
      if (field && selection.selectionSet) walk(selection.selectionSet.selections, getNamedType(field.type).name)
    }
  }
  for (const definition of parse(text).definitions) {
    if (definition.kind !== 'OperationDefinition') continue
    const root = definition.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()
    walk(definition.selectionSet.selections, root?.name ?? '')
  }
  return found
}

type Field = {
  readonly name: { readonly value: string }
  readonly selectionSet?: { readonly selections: readonly unknown[] }
}
function isField(selection: unknown): selection is Field {
  return typeof selection === 'object' && selection !== null && Reflect.get(selection, 'kind') === 'Field'
}
