import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configurationSchemaText } from '../../../scripts/serve/configuration-schema.ts'
import { accountProblems } from '../../../src/connectors/account-problems.ts'
import { compileConfig } from '../../../src/domain/config/compile-config.ts'
import { accountSchema } from '../../../src/domain/config/config.ts'
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

  it('keeps what products say out of the snapshot, and reports what no channel could be told', () => {
    const entry = { account: 'shopify-us', externalProductId: '7', content: { title: 'Rope', tags: ['rope'] } }
    const compiled = compile((file) => ({
      ...file,
      content: [entry, { ...entry, externalProductId: '8', content: null }],
    }))
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
    expect(compiled.value.content).toEqual([entry, { ...entry, externalProductId: '8', content: null }])
    expect(JSON.stringify(compiled.value.config)).not.toContain('externalProductId')
    const wrong = [
      { ...entry, account: 'tryton-main' },
      entry,
      entry,
      { ...entry, externalProductId: 'gid://shopify/Product/9' },
      { ...entry, externalProductId: '10', content: {} },
      { ...entry, externalProductId: '11', content: { title: ' ', tags: ['one, two'], price: 1 } },
      { ...entry, externalProductId: '12', content: { descriptionHtml: 'x'.repeat(60_001) } },
      { ...entry, externalProductId: '13', content: { tags: Array.from({ length: 251 }, (_, at) => `${at}`) } },
    ]
    const problems = problemsOf((file) => ({ ...file, content: wrong }))
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expect.arrayContaining([
        "content.3.externalProductId: the id as in the channel's webhooks: no space, no slash",
        'content.4.content: says nothing: null takes it back',
        'content.5.content.tags.0: no comma: it would be two tags',
        "content.2: 'shopify-us/7' appears twice",
      ]),
    )
    expect([...new Set(problems.map(({ path }) => path))].sort()).toEqual([
      ...['content.0.account', 'content.2', 'content.3.externalProductId', 'content.4.content', 'content.5.content'],
      ...['content.5.content.tags.0', 'content.5.content.title', 'content.6.content.descriptionHtml'],
      'content.7.content.tags',
    ])
  })

  it('reports a location that is of no entity, at no time and never open', () => {
    const problems = problemsOf((file) => ({
      ...file,
      locations: [
        { ...file.locations[0], entities: ['nobody'] },
        { ...file.locations[1], calendar: { workingDays: [], cutOff: '25:00', holidays: ['2026-02-30'] } },
      ],
    }))
    expect(problems.map(({ path }) => path)).toEqual([
      'locations.1.calendar.workingDays',
      'locations.1.calendar.cutOff',
      'locations.1.calendar.holidays.0',
      'locations.0.entities.0',
    ])
  })

  it('restricts nothing where a location says nothing', () => {
    const compiled = compile((file) => file)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
    expect(compiled.value.config.locations[0]).toMatchObject({
      calendar: { cutOff: null, holidays: [], openings: [] },
      capacity: { ordersPerDay: null, unitsPerDay: null },
      serves: [],
      capabilities: [],
      deliveryMethods: [],
      entities: [],
      handlingMinutes: 0,
    })
  })

  it('reports what refers to nothing beside what has the wrong shape', () => {
    const problems = problemsOf((file) => ({
      ...file,
      company: 7,
      accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['nowhere'] } : account)),
      locations: file.locations.map((location) => ({ ...location, country: 'usa', account: 'nobody' })),
      apiKeys: [{ id: 'k', key: 'short', scopes: ['orders:read'] }, ...file.apiKeys, ...file.apiKeys],
      listings: [{ account: 'shopify-us', externalSku: 'X', sku: 'NOT-A-SKU' }],
    }))
    expect(problems.map((problem) => problem.path).toSorted()).toEqual([
      'accounts.1.network.0',
      'apiKeys.0.key',
      'apiKeys.2',
      'company',
      'listings.0.sku',
      'locations.0.country',
      'locations.1.country',
    ])
  })

  it.each([
    ['nothing', null],
    ['a list', []],
    ['lists that are none', { accounts: 7, locations: { east: {} }, secrets: [] }],
    ['items that are none', { accounts: [null, 'x', [], 7], apiKeys: [null] }],
  ])('finds its way through a file of %s', (_what, file) => {
    expect(problemsOf(() => file).length).toBeGreaterThan(0)
  })

  it('refuses one key under two names', () => {
    const problems = problemsOf((file) => ({
      ...file,
      apiKeys: [...file.apiKeys, { id: 'other', key: testApiKey, scopes: ['orders:read'] }],
    }))
    expect(problems).toEqual([{ path: 'apiKeys.1', message: 'has the same key as apiKeys.0' }])
  })

  it.each([
    ['a private key', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'secret' }],
    ['a shared secret', { kty: 'oct', k: 'secret' }],
    ['no key at all', { use: 'sig' }],
  ])('refuses %s where callers are to be verified', (_what, key) => {
    const problems = problemsOf((file) => ({ ...file, jwt: { issuer: 'i', audience: 'a', jwks: { keys: [key] } } }))
    expect(problems[0]?.path).toBe('jwt.jwks.keys.0')
  })

  it('refuses credentials in an address, and a time zone that is none', () => {
    const problems = problemsOf((file) => ({
      ...file,
      accounts: file.accounts.map((account) => ({ ...account, baseUrl: 'https://user:word@partner.example/' })),
      locations: file.locations.map((location) => ({ ...location, timeZone: 'Mars/Olympus' })),
    }))
    const paths = problems.map((problem) => problem.path)
    expect(paths).toContain('accounts.0.baseUrl')
    expect(paths).toContain('locations.0.timeZone')
  })

  it('refuses an account that could not work with its partner', () => {
    const connect = (change: object) =>
      accountProblems(accountSchema.parse({ id: 'x', partner: 'shopify', role: 'channel', ...change }))
    expect(connect({ secrets: { webhook: 'w' } })).toEqual([])
    expect(connect({}).map(({ member }) => member)).toEqual(['secrets.webhook'])
    expect(connect({ partner: 'shopfy' }).map(({ member }) => member)).toEqual(['partner'])
    expect(connect({ partner: 'tryton' }).map(({ member }) => member)).toEqual(['role', 'secrets.api', 'baseUrl'])
  })

  it('refuses a bundle of what is not in the catalogue, and one that holds itself', () => {
    const bundle = (sku: string, ...components: string[]) => ({
      sku,
      title: sku,
      components: components.map((component) => ({ sku: component, quantity: 1 })),
    })
    const problems = problemsOf((file) => ({
      ...file,
      skus: [...file.skus, bundle('KIT', 'ROPE-10'), bundle('LOST', 'NO-SUCH'), bundle('LOOP', 'KIT', 'LOOP')],
    }))
    const at = testConfig.skus.length
    expect(problems).toEqual([
      { path: `skus.${at + 1}.components`, message: "no SKU 'NO-SUCH'" },
      { path: `skus.${at + 2}.components`, message: 'contains itself: LOOP > LOOP' },
    ])
  })

  it('refuses a listing that counts in a unit its SKU does not have', () => {
    const listed = { account: 'b2b', externalSku: 'CASE', sku: 'ROPE-10', unit: 'CS' }
    const problems = problemsOf((file) => ({ ...file, listings: [listed] }))
    expect(problems).toEqual([{ path: 'listings.0.unit', message: "'ROPE-10' has no unit 'CS'" }])
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
