/**
 * From the operator's file to what the worker reads: every cross-reference checked, all errors at once, keys hashed,
 * secrets split off. The hash is passed in because the domain has no platform.
 */
import type { CatalogSku, Listing } from '../catalog/listing.ts'
import type { ProductEntry } from '../catalog/product-content.ts'
import { inBaseUnits } from '../catalog/units-of-measure.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type CheckAccount, referenceProblems } from './check-references.ts'
import { type Config, type ConfigFile, configFileSchema } from './config.ts'
import { outlineOf } from './file-outline.ts'

export type ConfigProblem = { readonly path: string; readonly message: string }
export type CompiledConfig = {
  readonly config: Config
  readonly secrets: Readonly<Record<string, string>>
  readonly skus: readonly CatalogSku[]
  readonly listings: readonly Listing[]
  readonly content: readonly ProductEntry[]
  readonly devToken: string | null
}

export function compileConfig(
  input: unknown,
  sha256Hex: (text: string) => string,
  checkAccount: CheckAccount = () => [],
): Result<CompiledConfig, readonly ConfigProblem[]> {
  const parsed = configFileSchema.safeParse(input)
  const problems = referenceProblems(outlineOf(input), checkAccount)
  if (!parsed.success) {
    const own = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    return err([...own, ...problems])
  }
  const { $schema: _schema, secrets, skus, listings, content, apiKeys, devToken, ...shared } = parsed.data
  const hashed = hashedKeys(apiKeys, sha256Hex)
  const found = [...problems, ...sharedKeys(hashed)]
  if (found.length > 0) return err(found)
  const entries = new Map(skus.map((entry) => [entry.sku, entry]))
  const body = { ...shared, apiKeys: hashed }
  return ok({
    config: { version: sha256Hex(JSON.stringify(body)).slice(0, 16), activatedSourcing: null, ...body },
    secrets,
    skus,
    listings: listings.flatMap((listing) => {
      const entry = entries.get(listing.sku)
      return entry === undefined ? [] : (inBaseUnits(listing, entry) ?? [])
    }),
    content,
    devToken: devToken ?? null,
  })
}

function hashedKeys(apiKeys: ConfigFile['apiKeys'], sha256Hex: (text: string) => string): Config['apiKeys'] {
  return apiKeys.map((entry) => {
    if ('sha256' in entry) return entry
    const { key, ...rest } = entry
    return { ...rest, sha256: sha256Hex(key) }
  })
}

/** Of two entries with one key only one could be meant, and nobody could say which. */
function sharedKeys(apiKeys: Config['apiKeys']): readonly ConfigProblem[] {
  return apiKeys.flatMap(({ sha256 }, at) => {
    const first = apiKeys.findIndex((other) => other.sha256 === sha256)
    return first === at ? [] : [{ path: `apiKeys.${at}`, message: `has the same key as apiKeys.${first}` }]
  })
}
