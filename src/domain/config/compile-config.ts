/**
 * From the operator's file to what the worker reads: every cross-reference checked, all errors at once, keys hashed,
 * secrets split off. The hash is passed in because the domain has no platform.
 */
import type { CatalogSku, Listing } from '../catalog/listing.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type Config, type ConfigFile, configFileSchema } from './config.ts'

export type ConfigProblem = { readonly path: string; readonly message: string }
export type CompiledConfig = {
  readonly config: Config
  readonly secrets: Readonly<Record<string, string>>
  readonly skus: readonly CatalogSku[]
  readonly listings: readonly Listing[]
  readonly devToken: string | null
}

export function compileConfig(
  input: unknown,
  sha256Hex: (text: string) => string,
): Result<CompiledConfig, readonly ConfigProblem[]> {
  const parsed = configFileSchema.safeParse(input)
  if (!parsed.success) {
    return err(parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })))
  }
  const file = parsed.data
  const problems = [...duplicateProblems(file), ...referenceProblems(file)]
  if (problems.length > 0) return err(problems)
  const { $schema: _schema, secrets, skus, listings, apiKeys, devToken, ...shared } = file
  const hashedKeys = apiKeys.map((entry) => {
    if ('sha256' in entry) return entry
    const { key, ...rest } = entry
    return { ...rest, sha256: sha256Hex(key) }
  })
  const body = { ...shared, apiKeys: hashedKeys }
  return ok({
    config: { version: sha256Hex(JSON.stringify(body)).slice(0, 16), ...body },
    secrets,
    skus,
    listings,
    devToken: devToken ?? null,
  })
}

function duplicateProblems(file: ConfigFile): ConfigProblem[] {
  const listingIds = file.listings.map((listing) => `${listing.account}/${listing.externalSku}`)
  return [
    ...duplicatesIn(
      'entities',
      file.entities.map((entity) => entity.id),
    ),
    ...duplicatesIn(
      'accounts',
      file.accounts.map((account) => account.id),
    ),
    ...duplicatesIn(
      'locations',
      file.locations.map((location) => location.id),
    ),
    ...duplicatesIn(
      'apiKeys',
      file.apiKeys.map((key) => key.id),
    ),
    ...duplicatesIn(
      'skus',
      file.skus.map((entry) => entry.sku),
    ),
    ...duplicatesIn('listings', listingIds),
  ]
}

function duplicatesIn(list: string, ids: readonly string[]): ConfigProblem[] {
  const seen = new Set<string>()
  const problems: ConfigProblem[] = []
  ids.forEach((id, index) => {
    if (seen.has(id)) problems.push({ path: `${list}.${index}`, message: `'${id}' appears twice` })
    seen.add(id)
  })
  return problems
}

function referenceProblems(file: ConfigFile): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const accounts = new Map(file.accounts.map((account) => [account.id, account]))
  const entities = new Set(file.entities.map((entity) => entity.id))
  const locations = new Set(file.locations.map((location) => location.id))
  const skus = new Set<string>(file.skus.map((entry) => entry.sku))
  const needAccount = (path: string, id: string | undefined, role?: string) => {
    if (id === undefined) return
    const found = accounts.get(id)
    if (!found) problems.push({ path, message: `no account '${id}'` })
    else if (role && found.role !== role)
      problems.push({ path, message: `account '${id}' is a ${found.role}, not a ${role}` })
  }
  file.entities.forEach((entity, index) => {
    needAccount(`entities.${index}.erp`, entity.erp, 'erp')
  })
  file.accounts.forEach((account, index) => {
    const path = `accounts.${index}`
    if (account.role === 'channel' && account.entity === undefined)
      problems.push({ path: `${path}.entity`, message: 'a channel needs its legal entity' })
    if (account.entity !== undefined && !entities.has(account.entity))
      problems.push({ path: `${path}.entity`, message: `no entity '${account.entity}'` })
    account.network.forEach((id, at) => {
      if (!locations.has(id)) problems.push({ path: `${path}.network.${at}`, message: `no location '${id}'` })
    })
    for (const [use, name] of Object.entries(account.secrets)) {
      if (!Object.hasOwn(file.secrets, name))
        problems.push({ path: `${path}.secrets.${use}`, message: `no secret '${name}'` })
    }
  })
  file.locations.forEach((location, index) => {
    needAccount(`locations.${index}.account`, location.account, 'warehouse')
  })
  file.listings.forEach((listing, index) => {
    needAccount(`listings.${index}.account`, listing.account, 'channel')
    if (!skus.has(listing.sku)) problems.push({ path: `listings.${index}.sku`, message: `no SKU '${listing.sku}'` })
  })
  file.apiKeys.forEach((key, index) => {
    needAccount(`apiKeys.${index}.account`, key.account)
  })
  return problems
}
