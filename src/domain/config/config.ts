/**
 * The configuration an operator writes (`serve --config FILE`, `scripts/configure`) and the immutable snapshot the
 * worker reads. Secrets never enter the snapshot: accounts name them, the values live in the worker's secret binding.
 */
import { z } from 'zod'
import { currencySchema, skuSchema, unitNameSchema } from '../order/canonical-order.ts'
import { accountId, sku } from '../shared/ids.ts'
import { feedDefault, feedSchema } from './feed.ts'
import { locationSchema } from './location.ts'
import { productEntrySchema } from './product-entry.ts'
import { promisingDefault, promisingSchema } from './promising.ts'
import { ratesDefault, ratesSchema } from './rates.ts'
import { slugSchema } from './slug.ts'
import { activatedSourcingSchema, sourcingDefault, sourcingSchema } from './sourcing.ts'

export { slugSchema }

const secretName = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 _ . -')
const httpUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url), 'no user or password: credentials are secrets')

export const limitsSchema = z.strictObject({
  /** Sustained calls per second to the partner. */
  ratePerSecond: z.number().positive().max(10_000).default(10),
  /** Calls that may go at once after a pause. */
  burst: z.int().min(1).max(10_000).default(20),
  /** Calls under way at the same time, at most. */
  concurrency: z.int().min(1).max(1_000).default(4),
})

export const accountSchema = z.strictObject({
  id: slugSchema,
  /** A partner of `src/connectors/registry.ts`: `shopify`, `canonical`, `tryton`, `warehouse`, `easypost`. */
  partner: z.string().min(1).max(40),
  role: z.enum(['channel', 'erp', 'warehouse', 'carrier']),
  name: z.string().max(200).default(''),
  /** Where the partner's API answers. Required for accounts that are called. */
  baseUrl: httpUrl.optional(),
  /** Secret names by use: `webhook` verifies what comes in, `api` authenticates what goes out. */
  secrets: z.record(z.string(), secretName).default({}),
  limits: limitsSchema.default({ ratePerSecond: 10, burst: 20, concurrency: 4 }),
  /** Partner-specific settings, documented per partner in docs/configuration.md. */
  settings: z.record(z.string(), z.json()).default({}),
  /** Legal entity that sells through this channel. */
  entity: slugSchema.optional(),
  /** Channel: currencies it may sell in. Empty: those of its entity. */
  currencies: z.array(currencySchema).max(50).default([]),
  /** Channel: locations that may serve it. Empty: all. */
  network: z.array(slugSchema).max(200).default([]),
  /** Channel: may an order be split over shipments and shipped in part? */
  allowPartial: z.boolean().default(true),
  /** Channel: what to do with units nobody has. */
  whenOutOfStock: z.enum(['backorder', 'exception']).default('backorder'),
  /** Channel: whose backorders are served first when units arrive; lower goes first. Absent: 100. */
  priority: z.int().min(0).max(1_000).optional(),
  /** Channel: the group whose protected quantities it may take. Absent: none. */
  group: slugSchema.optional(),
  /** Channel: how its stock is published, where `settings.publishStock` says so. */
  feed: feedSchema.default(feedDefault),
  /** Seconds between polls for lost messages; 0 switches the backstop off. */
  pollSeconds: z.int().min(0).max(86_400).default(0),
})
export type Account = z.infer<typeof accountSchema>

export const entitySchema = z.strictObject({
  id: slugSchema,
  name: z.string().max(200),
  currencies: z.array(currencySchema).min(1).max(50),
  /** The ERP account that books this entity's orders; none: orders are not posted. */
  erp: slugSchema.optional(),
})

const brandedSku = skuSchema.transform(sku)

export const catalogSkuSchema = z.strictObject({
  sku: brandedSku,
  title: z.string().max(1000),
  barcode: z.string().max(64).nullable().default(null),
  weightGrams: z.int().min(0).nullable().default(null),
  stocked: z.boolean().default(true),
  /** Rules may speak of a class instead of single SKUs. */
  class: slugSchema.nullable().default(null),
  /** What a base unit costs us, in minor units of `costCurrency`; null: unknown, so margin is not weighed. */
  costMinor: z.int().min(0).max(1_000_000_000_000).nullable().default(null),
  costCurrency: currencySchema.nullable().default(null),
  /** Days that a unit has to keep after it was delivered; 0: any that has not expired. */
  shelfLifeDays: z.int().min(0).max(36_500).default(0),
  /** What a location needs to be allowed to ship it, such as `hazmat`. */
  requirements: z.array(slugSchema).max(20).default([]),
  /** Units of measure by integer pack ratio: base units per unit. */
  units: z.record(unitNameSchema, z.int().min(1).max(1_000_000)).default({}),
  /** A bundle or kit: base units of each component in one of it. Stock is asked of the components alone. */
  components: z
    .array(z.strictObject({ sku: brandedSku, quantity: z.int().min(1).max(100_000) }))
    .max(100)
    .default([]),
})
export const listingSchema = z.strictObject({
  account: slugSchema.transform(accountId),
  externalSku: z.string().min(1).max(255),
  sku: brandedSku,
  packQuantity: z.int().min(1).max(100_000).default(1),
  /** `packQuantity` counts these, a unit of measure of the SKU; absent: base units. Kept in base units. */
  unit: unitNameSchema.optional(),
  externalItemId: z.string().max(100).nullable().default(null),
  externalProductId: z.string().max(100).optional(),
  externalVariantId: z.string().max(100).optional(),
  /** What the channel asks for one unit sold there; absent: the channel's own business. */
  price: z.strictObject({ amountMinor: z.int().min(0).max(1_000_000_000_000), currency: currencySchema }).optional(),
})

/** Every scope there is; `src/http/auth.ts` says which route takes which. */
export const scopes = [
  'orders:read',
  'orders:write',
  'inventory:read',
  'inventory:write',
  'reservations:write',
  'shipments:write',
  'catalog:write',
  'lineage:read',
  'exceptions:read',
  'operations:write',
  'audit:read',
  'metrics:read',
  'configuration:read',
  'configuration:write',
] as const
export type Scope = (typeof scopes)[number]

const apiKeyBase = {
  id: slugSchema,
  name: z.string().max(200).default(''),
  scopes: z.array(z.enum(scopes)).min(1),
  /** Restricts a channel's or warehouse's own key to its account; none: all accounts. */
  account: slugSchema.optional(),
}
export const apiKeyFileSchema = z.union([
  z.strictObject({ ...apiKeyBase, key: z.string().min(24, 'at least 24 characters').max(200) }),
  z.strictObject({ ...apiKeyBase, sha256: z.string().regex(/^[0-9a-f]{64}$/, 'lower-case hex SHA-256 of the key') }),
])

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const publicKeySchema = z
  .record(z.string(), z.json())
  .refine(({ kty }) => kty === 'RSA' || kty === 'EC' || kty === 'OKP', 'a public key of type RSA, EC or OKP')
  .refine((jwk) => !privateMembers.some((member) => member in jwk), 'a public key without private members')

export const jwtSchema = z.strictObject({
  issuer: z.string().min(1).max(500),
  audience: z.string().min(1).max(500),
  /** Public keys as a JWK set; private key material is refused. */
  jwks: z.strictObject({ keys: z.array(publicKeySchema).min(1).max(20) }),
})

const shared = {
  company: z.string().max(200),
  entities: z.array(entitySchema).min(1).max(100),
  accounts: z.array(accountSchema).min(1).max(500),
  locations: z.array(locationSchema).min(1).max(1_000),
  jwt: jwtSchema.nullable().default(null),
  promising: promisingSchema.default(promisingDefault),
  sourcing: sourcingSchema.default(sourcingDefault),
  rates: ratesSchema.default(ratesDefault),
}

/** The file. `compileConfig` checks what a schema cannot: that every name refers to something. */
export const configFileSchema = z.strictObject({
  $schema: z.string().optional(),
  ...shared,
  secrets: z.record(secretName, z.string().min(1).max(10_000)).default({}),
  skus: z.array(catalogSkuSchema).max(100_000).default([]),
  listings: z.array(listingSchema).max(500_000).default([]),
  content: z.array(productEntrySchema).max(200_000).default([]),
  apiKeys: z.array(apiKeyFileSchema).max(1_000).default([]),
  /** Signs in to the console locally; refused when ENVIRONMENT is `production`. */
  devToken: z.string().min(24, 'at least 24 characters').max(200).optional(),
})
export type ConfigFile = z.infer<typeof configFileSchema>

/**
 * The snapshot in KV: `config/<version>`; `config/active` points at one. What is in force adds the activated profiles,
 * and `version` then names both: `<of the file>+<of the profiles>`.
 */
export const configSchema = z.strictObject({
  version: z.string().min(1).max(64),
  activatedSourcing: activatedSourcingSchema.nullable().default(null),
  ...shared,
  apiKeys: z.array(z.strictObject({ ...apiKeyBase, sha256: z.string() })),
})
export type Config = z.infer<typeof configSchema>
