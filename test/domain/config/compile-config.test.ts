import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configurationSchemaText } from '../../../scripts/serve/configuration-schema.ts'
import { compileConfig } from '../../../src/domain/config/compile-config.ts'
import { testApiKey, testConfig } from '../../fixtures/config.ts'

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')
const compile = (change: (file: typeof testConfig) => unknown) =>
  compileConfig(change(structuredClone(testConfig)), sha256Hex)
const problemsOf = (change: (file: typeof testConfig) => unknown) => {
  const compiled = compile(change)
  return compiled.ok ? [] : compiled.error
}

describe('compiling a configuration file', () => {
  it('keeps secrets and plain keys out of the snapshot', () => {
    const compiled = compile((file) => file)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
    const snapshot = JSON.stringify(compiled.value.config)
    for (const secret of Object.values(testConfig.secrets)) expect(snapshot).not.toContain(secret)
    expect(snapshot).not.toContain(testApiKey)
    expect(compiled.value.config.apiKeys[0]?.sha256).toBe(sha256Hex(testApiKey))
  })

  it('gives the same version for the same content and another one for a change', () => {
    const version = (change: (file: typeof testConfig) => unknown) => {
      const compiled = compile(change)
      return compiled.ok ? compiled.value.config.version : null
    }
    expect(version((file) => file)).toBe(version((file) => file))
    expect(version((file) => ({ ...file, company: 'Other' }))).not.toBe(version((file) => file))
  })

  it('reports every error at once, each with its path', () => {
    const problems = problemsOf((file) => ({
      ...file,
      accounts: [...file.accounts, { ...file.accounts[0], id: 'b2b', entity: 'nobody', network: ['nowhere'] }],
      locations: file.locations.map((location) => ({ ...location, account: 'tryton-main' })),
      listings: [{ account: 'shopify-us', externalSku: 'X', sku: 'NOT-A-SKU' }],
    }))
    expect(problems.map((problem) => problem.path)).toEqual([
      'accounts.6',
      'accounts.6.entity',
      'accounts.6.network.0',
      'locations.0.account',
      'locations.1.account',
      'listings.0.sku',
    ])
  })

  it('refuses an unknown member and says where', () => {
    expect(problemsOf((file) => ({ ...file, extra: true }))[0]?.message).toContain('extra')
  })

  it('refuses an account that names a secret nobody gave', () => {
    const problems = problemsOf((file) => ({ ...file, secrets: {} }))
    expect(problems.map((problem) => problem.path)).toContain('accounts.0.secrets.webhook')
  })

  it('refuses a channel without a legal entity', () => {
    const problems = problemsOf((file) => ({
      ...file,
      accounts: file.accounts.map(({ entity: _entity, ...account }) => account),
    }))
    expect(problems[0]).toEqual({ path: 'accounts.0.entity', message: 'a channel needs its legal entity' })
  })
})

it('publishes the JSON schema that the code checks', () => {
  expect(readFileSync('docs/configuration.schema.json', 'utf8')).toBe(configurationSchemaText())
})
