/** What no schema of a member can see: names given twice, names of nothing, keys shared, accounts that cannot work. */
import { bundleParts } from '../catalog/bundle-parts.ts'
import { unitRatio } from '../catalog/units-of-measure.ts'
import type { ConfigProblem } from './compile-config.ts'
import type { Account } from './config.ts'
import type { FileOutline } from './file-outline.ts'

/** What is wrong with an account as a connection to its partner; the partners are not the domain's to know. */
export type CheckAccount = (account: Account) => readonly { readonly member: string; readonly message: string }[]

export function referenceProblems(file: FileOutline, checkAccount: CheckAccount): readonly ConfigProblem[] {
  return [
    ...Object.entries(file.names).flatMap(([list, names]) => duplicatesIn(list, names)),
    ...entityProblems(file),
    ...accountProblems(file, checkAccount),
    ...locationProblems(file),
    ...bundleProblems(file),
    ...rateProblems(file),
    ...listingProblems(file),
    ...file.content.flatMap(({ at, value }) => accountNamed(file, `content.${at}.account`, value.account, 'channel')),
    ...file.channelProfiles.flatMap((id) => accountNamed(file, `sourcing.channelProfiles.${id}`, id, 'channel')),
    ...file.apiKeys.flatMap(({ at, value }) => accountNamed(file, `apiKeys.${at}.account`, value.account)),
  ]
}

function duplicatesIn(list: string, names: readonly (string | null)[]): readonly ConfigProblem[] {
  const seen = new Set<string>()
  return names.flatMap((name, at) => {
    if (name === null) return []
    if (seen.has(name)) return [{ path: `${list}.${at}`, message: `'${name}' appears twice` }]
    seen.add(name)
    return []
  })
}

function entityProblems(file: FileOutline): readonly ConfigProblem[] {
  return file.entities.flatMap(({ at, value }) => accountNamed(file, `entities.${at}.erp`, value.erp, 'erp'))
}

function accountProblems(file: FileOutline, checkAccount: CheckAccount): readonly ConfigProblem[] {
  const { entities, locations } = file.names
  return file.accounts.flatMap(({ at, value: account }): ConfigProblem[] => {
    const path = `accounts.${at}`
    const isLost = account.role === 'channel' && account.entity === undefined
    const network = account.network.map((id, place): readonly [string, string] => [`${path}.network.${place}`, id])
    const secrets = Object.entries(account.secrets).filter(([, name]) => !file.secrets.has(name))
    return [
      ...(isLost ? [{ path: `${path}.entity`, message: 'a channel needs its legal entity' }] : []),
      ...missing('entity', entities, [[`${path}.entity`, account.entity]]),
      ...missing('location', locations, network),
      ...secrets.map(([use, name]) => ({ path: `${path}.secrets.${use}`, message: `no secret '${name}'` })),
      ...checkAccount(account).map(({ member, message }) => ({ path: `${path}.${member}`, message })),
    ]
  })
}

function locationProblems(file: FileOutline): readonly ConfigProblem[] {
  return file.locations.flatMap(({ at, value: { account, timeZone, entities } }) => {
    const path = `locations.${at}`
    const message = 'an IANA time zone such as Europe/Berlin'
    const owners = entities.map((id, place): readonly [string, string] => [`${path}.entities.${place}`, id])
    return [
      ...accountNamed(file, `${path}.account`, account, 'warehouse'),
      ...(isTimeZone(timeZone) ? [] : [{ path: `${path}.timeZone`, message }]),
      ...missing('entity', file.names.entities, owners),
    ]
  })
}

function skuEntries({ skus }: FileOutline): ReadonlyMap<string, FileOutline['skus'][number]['value']> {
  return new Map(skus.map(({ value }) => [value.sku, value]))
}

function bundleProblems(file: FileOutline): readonly ConfigProblem[] {
  const entries = skuEntries(file)
  return file.skus.flatMap(({ at, value }) => {
    const resolved = bundleParts(value, (sku) => entries.get(sku) ?? null)
    return resolved.ok ? [] : [{ path: `skus.${at}.components`, message: resolved.error }]
  })
}

/** Zones and services are measured and handed over at places that exist. */
function rateProblems(file: FileOutline): readonly ConfigProblem[] {
  return file.rateOrigins.flatMap(({ path, origin }) => missing('location', file.names.locations, [[path, origin]]))
}

function listingProblems(file: FileOutline): readonly ConfigProblem[] {
  const skus = new Set(file.names.skus)
  const entries = skuEntries(file)
  return file.listings.flatMap(({ at, value: { account, sku, unit } }) => {
    const unknown = skus.has(sku) ? [] : [{ path: `listings.${at}.sku`, message: `no SKU '${sku}'` }]
    const entry = entries.get(sku)
    const isUnit = unit === undefined || entry === undefined || unitRatio(entry, unit) !== null
    const strange = isUnit ? [] : [{ path: `listings.${at}.unit`, message: `'${sku}' has no unit '${unit}'` }]
    return [...accountNamed(file, `listings.${at}.account`, account, 'channel'), ...unknown, ...strange]
  })
}

function accountNamed(
  file: FileOutline,
  path: string,
  id: string | undefined,
  role?: Account['role'],
): readonly ConfigProblem[] {
  if (id === undefined) return []
  // An account that is broken itself has its own line; nothing more is known of it.
  const found = file.accountsById.get(id)
  if (found === undefined) return missing('account', file.names.accounts, [[path, id]])
  if (role === undefined || found.role === role) return []
  return [{ path, message: `account '${id}' is a ${found.role}, not a ${role}` }]
}

function missing(
  kind: string,
  names: readonly (string | null)[],
  wanted: readonly (readonly [path: string, id: string | undefined])[],
): ConfigProblem[] {
  return wanted.flatMap(([path, id]) =>
    id === undefined || names.includes(id) ? [] : [{ path, message: `no ${kind} '${id}'` }],
  )
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
