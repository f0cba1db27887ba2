/**
 * Makes an empty Tryton ready to sell: company, chart of accounts, currencies, countries, products, and a user for
 * Crossdock with no more rights than it needs. Everything goes through JSON-RPC, as a person's client would do it.
 */

import { partnerFetchOf } from '../../../src/connectors/transport/partner-fetch.ts'
import { exchangeRpc } from '../../../src/connectors/tryton/json-rpc.ts'

export type SeedOptions = {
  readonly url: string
  readonly database: string
  readonly adminPassword: string
  readonly skus?: readonly string[]
}
export type Seeded = {
  readonly company: number
  readonly user: string
  readonly password: string
  readonly skus: readonly string[]
}

/** What the Crossdock user must belong to; docs/configuration.md repeats it. */
const userGroups = [
  'Sales',
  'Sales Administrator',
  'Stock',
  'Stock Force Assignment',
  'Account',
  'Party Administration',
]
const skusDefault = ['ROPE-10', 'ROPE-20', 'ANCHOR-S', 'ANCHOR-L', 'BUOY-R', 'LAMP-12V']
const currencies = [
  { code: 'USD', name: 'US Dollar', symbol: '$', digits: 2, rate: '1' },
  { code: 'EUR', name: 'Euro', symbol: '€', digits: 2, rate: '0.9' },
  { code: 'JPY', name: 'Yen', symbol: '¥', digits: 0, rate: '150' },
]
const countries = ['US', 'CA', 'GB', 'DE', 'FR', 'NL', 'JP', 'AU']
const states = { 'US-CA': 'California', 'US-NJ': 'New Jersey', 'US-NV': 'Nevada', 'US-NY': 'New York' }
/** The "Unit" that Tryton's product module installs. */
const unit = 1

type Row = Readonly<Record<string, unknown>>
type Rpc = (method: string, ...params: readonly unknown[]) => Promise<unknown>

export async function seedTryton(options: SeedOptions): Promise<Seeded> {
  const rpc = await signIn(options)
  const skus = options.skus ?? skusDefault
  const currency = await seedCurrencies(rpc)
  await seedCountries(rpc)
  const company = await seedCompany(rpc, currency)
  const context = { company }
  const category = await seedAccounts(rpc, company)
  for (const sku of skus) await create(rpc, 'product.template', productOf(sku, category), context)
  const password = 'Quay-7-Tide-42-Mast'
  const user = await seedUser(rpc, company, password)
  return { company, user, password, skus }
}

/** Seeding is a script: anything but a result is a fault and throws. */
async function signIn(options: SeedOptions): Promise<Rpc> {
  const url = `${options.url}/${options.database}/`
  const fetch = partnerFetchOf({ id: 'seed', baseUrl: options.url })
  const exchange = async (method: string, params: readonly unknown[], authorization: string | null) => {
    const answer = await exchangeRpc(fetch, { url, method, params, authorization, timeoutMs: 30_000 }, Date.now())
    if (!answer.ok) throw new Error(`seeding Tryton: ${answer.error.message}`)
    return answer.value.result
  }
  const session = await exchange('common.db.login', ['admin', { password: options.adminPassword }, 'en'], null)
  if (!Array.isArray(session)) throw new Error('seeding Tryton: no session')
  const token = Buffer.from(`admin:${session[0]}:${session[1]}`).toString('base64')
  return (method, ...params) => exchange(method, params, `Session ${token}`)
}

async function create(rpc: Rpc, model: string, record: Row, context: Row = {}): Promise<number> {
  const ids = await rpc(`model.${model}.create`, [record], context)
  if (!Array.isArray(ids) || typeof ids[0] !== 'number') throw new Error(`seeding Tryton: no ${model} made`)
  return ids[0]
}

async function find(rpc: Rpc, model: string, domain: readonly unknown[], context: Row = {}): Promise<number[]> {
  return (await rpc(`model.${model}.search`, domain, 0, null, null, context)) as number[]
}

const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text })

/** Answers the id of the first, the company's own currency. */
async function seedCurrencies(rpc: Rpc): Promise<number> {
  const ids: number[] = []
  for (const { code, name, symbol, digits, rate } of currencies) {
    const since = { __class__: 'date', year: 2020, month: 1, day: 1 }
    const rates = [['create', [{ rate: decimal(rate), date: since }]]]
    const rounding = decimal(digits === 0 ? '1' : `0.${'1'.padStart(digits, '0')}`)
    ids.push(await create(rpc, 'currency.currency', { code, name, symbol, digits, rounding, rates }))
  }
  return ids[0] ?? 0
}

async function seedCountries(rpc: Rpc): Promise<void> {
  const names = new Intl.DisplayNames(['en'], { type: 'region' })
  for (const code of countries) {
    const country = await create(rpc, 'country.country', { code, name: names.of(code) ?? code })
    for (const [subdivision, name] of Object.entries(states).filter(([key]) => key.startsWith(`${code}-`))) {
      await create(rpc, 'country.subdivision', { code: subdivision, name, type: 'state', country })
    }
  }
}

async function seedCompany(rpc: Rpc, currency: number): Promise<number> {
  const party = await create(rpc, 'party.party', { name: 'Harbour Supply Inc.' })
  const company = await create(rpc, 'company.company', { party, currency })
  const admins = await find(rpc, 'res.user', [['login', '=', 'admin']])
  await rpc('model.res.user.write', admins, { companies: [['add', [company]]], company }, {})
  return company
}

/** Tryton's own minimal chart, its default accounts, and the category that products take theirs from. */
async function seedAccounts(rpc: Rpc, company: number): Promise<number> {
  const context = { company }
  const [template] = await find(rpc, 'account.account.template', [['parent', '=', null]])
  const [wizard] = (await rpc('wizard.account.create_chart.create', context)) as [number]
  const account = { company, account_template: template }
  await rpc('wizard.account.create_chart.execute', wizard, { account }, 'create_account', context)
  await rpc('wizard.account.create_chart.delete', wizard, context)
  const one = async (kind: string) => (await find(rpc, 'account.account', [[`type.${kind}`, '=', true]], context))[0]
  const revenue = await one('revenue')
  const expense = await one('expense')
  const defaults = {
    default_account_receivable: await one('receivable'),
    default_account_payable: await one('payable'),
    default_category_account_revenue: revenue,
    default_category_account_expense: expense,
  }
  await rpc('model.account.configuration.write', [1], defaults, context)
  const category = { name: 'Goods', accounting: true, account_revenue: revenue, account_expense: expense }
  return create(rpc, 'product.category', category, context)
}

function productOf(sku: string, category: number): Row {
  return {
    name: sku,
    type: 'goods',
    default_uom: unit,
    salable: true,
    sale_uom: unit,
    list_price: decimal('10.00'),
    account_category: category,
    products: [['create', [{ suffix_code: sku }]]],
  }
}

async function seedUser(rpc: Rpc, company: number, password: string): Promise<string> {
  const groups = await find(rpc, 'res.group', [['name', 'in', userGroups]])
  const login = 'crossdock'
  await create(rpc, 'res.user', {
    name: 'Crossdock',
    login,
    password,
    groups: [['add', groups]],
    companies: [['add', [company]]],
    company,
  })
  return login
}
