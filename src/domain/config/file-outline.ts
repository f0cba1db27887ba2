/**
 * What can be told of a configuration file, sound or not: the members that are sound by themselves, and every name that
 * is used. A mistake in one place so hides none in another.
 */
import type { z } from 'zod'
import { accountSchema, apiKeyFileSchema, catalogSkuSchema, entitySchema, listingSchema } from './config.ts'
import { locationSchema } from './location.ts'
import { productEntrySchema } from './product-entry.ts'

export type Item<T> = { readonly at: number; readonly value: T }
export type FileOutline = ReturnType<typeof outlineOf>

type Raw = Readonly<Record<string, unknown>>

export function outlineOf(file: unknown) {
  const lists = isRecord(file) ? file : {}
  const soundIn = <T>(list: string, schema: z.ZodType<T>): readonly Item<T>[] =>
    itemsOf(lists[list]).flatMap((item, at) => {
      const parsed = schema.safeParse(item)
      return parsed.success ? [{ at, value: parsed.data }] : []
    })
  const accounts = soundIn('accounts', accountSchema)
  return {
    entities: soundIn('entities', entitySchema),
    accounts,
    accountsById: new Map(accounts.map(({ value }) => [value.id, value])),
    locations: soundIn('locations', locationSchema),
    skus: soundIn('skus', catalogSkuSchema),
    listings: soundIn('listings', listingSchema),
    content: soundIn('content', productEntrySchema),
    apiKeys: soundIn('apiKeys', apiKeyFileSchema),
    names: {
      entities: namesIn(lists.entities, ['id']),
      accounts: namesIn(lists.accounts, ['id']),
      locations: namesIn(lists.locations, ['id']),
      apiKeys: namesIn(lists.apiKeys, ['id']),
      skus: namesIn(lists.skus, ['sku']),
      listings: namesIn(lists.listings, ['account', 'externalSku']),
      content: namesIn(lists.content, ['account', 'externalProductId']),
    },
    channelProfiles:
      isRecord(lists.sourcing) && isRecord(lists.sourcing.channelProfiles)
        ? Object.keys(lists.sourcing.channelProfiles)
        : [],
    rateOrigins: isRecord(lists.rates) ? originsIn(lists.rates) : [],
    secrets: new Set(isRecord(lists.secrets) ? Object.keys(lists.secrets) : []),
  }
}

function originsIn(rates: Raw): readonly { readonly path: string; readonly origin: string }[] {
  return ['zones', 'services'].flatMap((list) =>
    itemsOf(rates[list]).flatMap((item, at) =>
      itemsOf(isRecord(item) ? item.origins : []).flatMap((origin, place) =>
        typeof origin === 'string' ? [{ path: `rates.${list}.${at}.origins.${place}`, origin }] : [],
      ),
    ),
  )
}

/** By place in the list; null for an item that does not say its name. */
function namesIn(list: unknown, members: readonly string[]): readonly (string | null)[] {
  return itemsOf(list).map((item) => {
    const parts = isRecord(item) ? members.map((member) => item[member]) : []
    return parts.length > 0 && parts.every((part) => typeof part === 'string') ? parts.join('/') : null
  })
}

const itemsOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : [])

const isRecord = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
