/**
 * PostgreSQL's door: a plain Node server with keep-alive and a pool of connections, one prepared call of one stored
 * function per request. Started by the benchmark as a process of its own: `node server.ts <socket folder> <user>`, with
 * what plans are made by as JSON on its standard input. Prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { Pool } from 'pg'
import type { Planning } from '../network.ts'

type Line = { readonly sku: string; readonly quantity: number }
type Movement = Line & { readonly eventId: string }
type Cart = { readonly reservationId: string; readonly lines: readonly Line[] }
type Verdict = 'created' | 'existing' | 'short' | 'conflict'
type PlanOrder = {
  readonly shipTo: { readonly country: string; readonly postalCode: string }
  readonly lines: readonly { readonly lineId: string; readonly externalSku: string; readonly quantity: number }[]
}
type Answer = readonly [status: number, body: object]

/** As many as the largest number of callers that is measured by default: fewer queue in Node, more only contend. */
const connectionsMax = 32
const heldSeconds = 3_600

const [, , host = '', user = ''] = process.argv
const pool = new Pool({ host, user, database: 'postgres', max: connectionsMax })

/** Prepared once a connection, by name. */
async function call<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
  return (await pool.query<Row>({ name, text, values: [...values] })).rows
}

const statuses = { created: 201, existing: 200, short: 409, conflict: 409 } as const
const reasons: Readonly<Partial<Record<Verdict, string>>> = {
  short: 'insufficient_stock',
  conflict: 'reservation_conflict',
}

async function reserve({ reservationId, lines }: Cart): Promise<Answer> {
  const said = lines.length === 1 ? reserveOne(reservationId, lines) : reserveLines(reservationId, lines)
  const verdict = (await said)[0]?.verdict ?? 'short'
  return [statuses[verdict], { reservationId, lines, verdict, reason: reasons[verdict] }]
}

function reserveOne(id: string, [line]: readonly Line[]) {
  const text = 'SELECT reserve_one($1, $2, $3, $4) AS verdict'
  return call<{ verdict: Verdict }>('reserve_one', text, [id, line?.sku, line?.quantity, heldSeconds])
}

function reserveLines(id: string, lines: readonly Line[]) {
  const [skus, quantities] = [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)]
  const text = 'SELECT reserve_lines($1, $2, $3, $4) AS verdict'
  return call<{ verdict: Verdict }>('reserve_lines', text, [id, skus, quantities, heldSeconds])
}

async function move({ movements }: { readonly movements: readonly Movement[] }): Promise<Answer> {
  const columns = [
    movements.map(({ eventId }) => eventId),
    movements.map(({ sku }) => sku),
    movements.map(({ quantity }) => quantity),
  ]
  const [row] = await call<{ counted: string }>('move', 'SELECT apply_stock_events($1, $2, $3) AS counted', columns)
  const counted = Number(row?.counted ?? 0)
  return [200, { counted, conflicts: movements.length - counted }]
}

async function plan({ shipTo, lines }: PlanOrder): Promise<Answer> {
  const columns = [
    lines.map(({ lineId }) => lineId),
    lines.map(({ externalSku }) => externalSku),
    lines.map(({ quantity }) => quantity),
  ]
  const text = 'SELECT choose_plan($1, $2, $3, $4, $5) AS plan'
  const [row] = await call<{ plan: object | null }>('plan', text, [shipTo.country, shipTo.postalCode, ...columns])
  return [200, { plan: row?.plan ?? null }]
}

async function availableToPromise(skus: readonly string[]): Promise<Answer> {
  const text = 'SELECT sku, available FROM available_to_promise($1)'
  const rows = await call<{ sku: string; available: string }>('atp', text, [skus])
  return [200, { skus: rows.map(({ sku, available }) => ({ sku, available: Number(available) })) }]
}

async function totals(skus: readonly string[]): Promise<Answer> {
  const text = 'SELECT sku, received::float8, reserved::float8 FROM position WHERE sku = ANY ($1)'
  return [200, await call('totals', text, [skus])]
}

async function answerTo(request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (request.method === 'GET' && pathname === '/atp') return availableToPromise(searchParams.getAll('sku'))
  if (request.method === 'GET' && pathname === '/totals') return totals(searchParams.getAll('sku'))
  const body: unknown = JSON.parse(await textOf(request))
  if (pathname === '/reservations') return reserve(body as Cart)
  if (pathname === '/movements') return move(body as { movements: Movement[] })
  if (pathname === '/plans') return plan(body as PlanOrder)
  return [404, {}]
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function send(response: ServerResponse, [status, body]: Answer): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

const server = createServer((request, response) => {
  answerTo(request).then(
    (answer) => send(response, answer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      send(response, [500, {}])
    },
  )
})
const { network, grams } = (await json(process.stdin)) as Planning
await pool.query('SELECT load_planning($1, $2)', [network, grams])
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`)
})
