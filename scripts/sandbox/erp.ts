/**
 * A sandbox ERP that speaks Tryton's JSON-RPC: sessions, transactions that roll back as a whole, workflow buttons that
 * ignore what the state does not allow. Every sale is kept, so a test can count them per reference.
 */
import { json, type SandboxAnswer, type SandboxOptions, type SandboxRequest, startSandbox } from './control.ts'
import { company, type Method, methodsOf } from './erp/methods.ts'
import { createRecords, type Records, searchRecords, TrytonError, type Values } from './erp/records.ts'
import { duplicatesIn, salesIn, shipmentsIn } from './erp/state.ts'

export type ErpOptions = SandboxOptions & {
  readonly database?: string
  readonly user?: string
  readonly password?: string
  readonly skus?: readonly string[]
  readonly currencies?: readonly string[]
  readonly countries?: readonly string[]
}

const skusDefault = ['ROPE-10', 'ROPE-20', 'ANCHOR-S', 'ANCHOR-L', 'BUOY-R', 'LAMP-12V']
const currenciesDefault = ['USD', 'CAD', 'EUR', 'GBP', 'JPY']
const countriesDefault = [
  'US',
  'CA',
  'GB',
  'DE',
  'FR',
  'NL',
  'JP',
  'AU',
  'IE',
  'SE',
  'ES',
  'IT',
  'BE',
  'CH',
  'AT',
  'NZ',
]

export async function startErp(options: ErpOptions = {}) {
  const database = options.database ?? 'harbour'
  const login = { user: options.user ?? 'crossdock', password: options.password ?? 'tryton-sandbox-secret' }
  const records = createRecords()
  seed(records, options)
  const methods = methodsOf(records)
  const sessions = new Set<string>()
  let sessionNumbers = 0

  function handle(request: SandboxRequest): SandboxAnswer {
    if (request.method !== 'POST' || request.url.pathname !== `/${database}/`) return { status: 404 }
    if (!request.headers['content-type']?.includes('json')) return { status: 400 }
    const call = callOf(request)
    if (!call) return { status: 400 }
    if (call.method === 'common.db.login') {
      const [user, parameters] = call.params as [string, { password?: string }]
      if (user !== login.user || parameters?.password !== login.password) return { status: 401 }
      const key = `sandbox-session-${++sessionNumbers}`
      sessions.add(key)
      return json(200, { id: call.id, result: [company, key] })
    }
    if (!sessions.has(sessionKeyOf(request, login.user))) return { status: 401 }
    return dispatch(call, methods)
  }

  const server = await startSandbox(
    {
      operationOf: (request) => callOf(request)?.method ?? request.url.pathname,
      handle,
      report: () => ({ sales: salesIn(records).length, duplicates: duplicatesIn(records) }),
      configure: (change) => {
        if (change.expireSessions === true) sessions.clear()
      },
    },
    options,
  )
  return {
    ...server,
    database,
    user: login.user,
    password: login.password,
    expireSessions: () => sessions.clear(),
    sales: () => salesIn(records),
    salesOf: (reference: string) => salesIn(records).filter((sale) => sale.reference === reference),
    /** References with more than one placed sale: must be empty, whatever happened. */
    duplicates: () => duplicatesIn(records),
    partiesWithCode: (code: string) => searchRecords(records, 'party.party', [['code', '=', code]]).length,
    shipmentsOf: (reference: string) => shipmentsIn(records, reference),
  }
}
export type ErpSandbox = Awaited<ReturnType<typeof startErp>>

type Call = { readonly id: unknown; readonly method: string; readonly params: readonly unknown[] }

/** Null unless the body has exactly the members that make Tryton answer in JSON-RPC form. */
function callOf(request: SandboxRequest): Call | null {
  try {
    const body = JSON.parse(request.body.toString('utf8'))
    const members = Object.keys(body).sort().join()
    return members === 'id,method,params' && Array.isArray(body.params) ? body : null
  } catch {
    return null
  }
}

function sessionKeyOf(request: SandboxRequest, user: string): string {
  const match = /^Session (.+)$/.exec(request.headers.authorization ?? '')
  const [name, id, key] = Buffer.from(match?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':')
  return name === user && id === String(company) ? (key ?? '') : ''
}

function dispatch(call: Call, methods: ReadonlyMap<string, Method>): SandboxAnswer {
  const method = methods.get(call.method)
  if (!method) return { status: 403 }
  const context = call.params.at(-1)
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    return json(200, { id: call.id, error: ['Missing context argument', ''] })
  }
  try {
    const date = new Date().toUTCString()
    const result = method(call.params.slice(0, -1), context as Values)
    return json(200, { id: call.id, result: result ?? null }, { date })
  } catch (error) {
    if (error instanceof TrytonError) return json(200, { id: call.id, error: error.args })
    throw error
  }
}

function seed(records: Records, options: ErpOptions): void {
  for (const code of options.currencies ?? currenciesDefault) records.create('currency.currency', { code })
  for (const code of options.countries ?? countriesDefault) records.create('country.country', { code })
  records.create('stock.location', { code: 'WH', type: 'warehouse' })
  for (const code of options.skus ?? skusDefault) {
    records.create('product.product', { code, default_uom: 1, sale_uom: 1 })
  }
}
