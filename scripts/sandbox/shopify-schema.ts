/**
 * The Admin GraphQL schema that the sandbox store and the tests hold our operations against. Shopify ships it inside
 * the npm package `@shopify/dev-mcp`; only that one file is taken, into a folder that git ignores, because the package
 * itself would bring 750 others along. Where it cannot be had, a hand-written part of it serves, which is said aloud.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, buildSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { schemaPart } from './shopify-schema-part.ts'

const packageName = '@shopify/dev-mcp@1.16.0'
const fileName = 'admin_2026-10.json.gz'
const cacheFolder = fileURLToPath(new URL('../../.crossdock/cache', import.meta.url))
const fetchTimeoutMs = 60_000

export type StoreSchema = { readonly schema: GraphQLSchema; readonly source: 'official' | 'part' }

/** The official schema if it is cached or may be fetched, the hand-written part otherwise. */
export async function shopifySchema(options: { readonly fetch: boolean }): Promise<StoreSchema> {
  const official = await officialSchema(options)
  if (official) return { schema: official, source: 'official' }
  return { schema: buildSchema(schemaPart), source: 'part' }
}

/** Null when the schema is neither cached nor to be had; why is written to stderr. */
export async function officialSchema(options: { readonly fetch: boolean }): Promise<GraphQLSchema | null> {
  const cached = join(cacheFolder, fileName)
  if (!existsSync(cached) && options.fetch) await fetchSchema(cached)
  if (!existsSync(cached)) return null
  const file = JSON.parse(gunzipSync(await readFile(cached)).toString('utf8')) as { data: IntrospectionQuery }
  // Shopify deprecates fields that its interfaces still promise; graphql-js would refuse the whole schema for that.
  return buildClientSchema(file.data, { assumeValid: true })
}

/** Into a folder of its own first: the rename is atomic, so two that fetch at once do no harm. */
async function fetchSchema(target: string): Promise<void> {
  const run = promisify(execFile)
  await mkdir(cacheFolder, { recursive: true })
  const folder = await mkdtemp(join(cacheFolder, 'fetch-'))
  try {
    const member = `package/dist/data/${fileName}`
    await run('npm', ['pack', packageName, '--silent', '--pack-destination', folder], { timeout: fetchTimeoutMs })
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
    if (!archive) throw new Error('npm pack left no archive')
    await run('tar', ['-xzf', join(folder, archive), '-C', folder, member], { timeout: fetchTimeoutMs })
    await rename(join(folder, member), target)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    console.error(`SHOPIFY SCHEMA MISSING: could not take ${fileName} from ${packageName}: ${why}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
