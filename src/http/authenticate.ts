/**
 * Who is asking: an API key or a JWT in `Authorization: Bearer`. Keys are compared by their SHA-256, so neither the
 * stored configuration nor the time a comparison takes tells one. Whatever cannot be proven is nobody. The hash is
 * taken anew for every request, which costs about 6 µs: no text of a key outlives the request that brought it.
 */
import { createHash } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { type Config, type Scope, scopes } from '../domain/config/config.ts'
import type { Principal } from './context.ts'

/** Asymmetric only: with a public key set, a symmetric algorithm would let anybody sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
/** Clocks of the issuer and of this machine may differ by this much. */
const clockToleranceSeconds = 5
const tokenMaxCharacters = 8_192

const bearer = /^Bearer ([\x21-\x7e]+)$/i
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/
const slug = /^[a-z0-9][a-z0-9-]{0,62}$/
const knownScopes: ReadonlySet<string> = new Set(scopes)

type KeyEntry = Config['apiKeys'][number]
type KeyFinder = ReturnType<typeof createLocalJWKSet>
const keysByHash = new WeakMap<Config, ReadonlyMap<string, Principal>>()
const jwkSets = new WeakMap<Config, KeyFinder>()

export async function authenticate(header: string | undefined, config: Config): Promise<Principal | null> {
  const token = bearer.exec(header ?? '')?.[1]
  if (token === undefined || token.length > tokenMaxCharacters) return null
  const known = principalOfKeyText(token, config)
  if (known) return known
  return compactJws.test(token) ? await principalOfJwt(token, config) : null
}

function principalOfKeyText(token: string, config: Config): Principal | undefined {
  return apiKeysOf(config).get(createHash('sha256').update(token).digest('hex'))
}

function apiKeysOf(config: Config): ReadonlyMap<string, Principal> {
  const known = keysByHash.get(config)
  if (known) return known
  const keys = new Map(config.apiKeys.map((entry) => [entry.sha256, principalOfKey(entry)]))
  keysByHash.set(config, keys)
  return keys
}

function principalOfKey(entry: KeyEntry): Principal {
  return { kind: 'api_key', id: entry.id, scopes: new Set(entry.scopes), account: entry.account ?? null }
}

async function principalOfJwt(token: string, config: Config): Promise<Principal | null> {
  if (config.jwt === null) return null
  const { issuer, audience } = config.jwt
  try {
    const { payload } = await jwtVerify(token, keySetOf(config), {
      algorithms,
      issuer,
      audience,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'sub'],
    })
    return principalOfClaims(payload)
  } catch {
    // Expired, forged, foreign and malformed tokens are told apart by nobody but the issuer.
    return null
  }
}

function keySetOf(config: Config): KeyFinder {
  const known = jwkSets.get(config)
  if (known) return known
  // The schema has checked that it is a set of JSON objects; jose refuses a key that it cannot import.
  const created = createLocalJWKSet(config.jwt?.jwks as unknown as JSONWebKeySet)
  jwkSets.set(config, created)
  return created
}

/** `scope` is a space-separated list (RFC 8693); `account` restricts the token. A malformed claim refuses the token. */
function principalOfClaims(claims: JWTPayload): Principal | null {
  const { sub, scope, account } = claims
  if (sub === undefined || sub === '' || sub.length > 255) return null
  if (scope !== undefined && typeof scope !== 'string') return null
  if (account !== undefined && (typeof account !== 'string' || !slug.test(account))) return null
  const granted = (scope ?? '').split(' ').filter((name): name is Scope => knownScopes.has(name))
  return { kind: 'jwt', id: `jwt:${sub}`, scopes: new Set(granted), account: account ?? null }
}
