/** I9: the lists say what the actors say; and thrown away and built again, D1 holds the same rows. */
import { type ApiClient, eventually } from '../client/api-client.ts'
import type { OrderSummary, OrderView, TransferView } from './instance-views.ts'
import { type Instance, readAll, readOne } from './read-instance.ts'

/** Every projected row by table, in an order that two readings of the same rows share. */
export type ProjectedRows = Readonly<Record<string, readonly string[]>>

const rebuildTimeoutMs = 240_000
const differencesShown = 5

export async function checkLists(api: ApiClient, instance: Instance): Promise<readonly string[]> {
  const listed = [...listBreaches(instance), ...transferBreaches(instance)]
  return [...listed, ...(await caseBreaches(api, instance))].map((breach) => `I9 ${breach}`)
}

/** Lists are incomplete while it runs, so nobody else may be reading them. */
export async function checkRebuild(api: ApiClient, readRows: () => Promise<ProjectedRows>): Promise<readonly string[]> {
  return (await rebuildBreaches(api, readRows)).map((breach) => `I9 ${breach}`)
}

function listBreaches({ list, orders }: Instance): string[] {
  return list.flatMap((row) => {
    const order = orders.get(row.orderId)?.document
    return order ? rowBreaches(row, order) : []
  })
}

function rowBreaches(row: OrderSummary, order: OrderView): string[] {
  const units = (state: string) => order.lines.reduce((sum, line) => sum + (line.quantities[state] ?? 0), 0)
  const expected: Partial<OrderSummary> = {
    stage: order.stage,
    status: order.status,
    nextActor: order.nextActor,
    version: order.version,
    openExceptions: order.exceptions.filter((exception) => exception.resolvedAt === null).length,
    unitsOrdered: order.lines.reduce((sum, line) => sum + line.ordered, 0),
    unitsShipped: units('shipped'),
    unitsBackordered: units('backordered'),
    erpReference: order.erp?.reference ?? null,
  }
  return Object.entries(expected)
    .filter(([name, value]) => row[name as keyof OrderSummary] !== value)
    .map(([name, value]) => `${row.orderId}: listed ${name} ${row[name as keyof OrderSummary]}, is ${value}`)
}

function transferBreaches({ transfers }: Instance): string[] {
  return transfers.flatMap(({ listed, transfer }) => {
    const { status, version, settled, lines } = transfer
    const sum = (units: (line: TransferView['lines'][number]) => number) =>
      lines.reduce((total, line) => total + units(line), 0)
    const expected: Partial<typeof listed> = {
      ...{ status, version, settled },
      shipped: sum((line) => line.shipped),
      inTransit: sum((line) => line.inTransit),
      received: sum((line) => line.received),
      writtenOff: sum((line) => line.writtenOff),
    }
    return Object.entries(expected)
      .filter(([name, value]) => listed[name as keyof typeof listed] !== value)
      .map(([name, value]) => {
        return `transfer ${listed.transferId}: listed ${name} ${listed[name as keyof typeof listed]}, is ${value}`
      })
  })
}

async function caseBreaches(api: ApiClient, { orders }: Instance): Promise<string[]> {
  const cases = await readAll<{ readonly orderId: string | null; readonly category: string }>(
    api,
    '/v1/exceptions',
    'exceptions',
  )
  const spell = (id: string | null, category: string) => `${id} ${category}`
  const listed = cases.filter((each) => each.orderId !== null).map((each) => spell(each.orderId, each.category))
  const open = [...orders].flatMap(([id, { document }]) =>
    document.exceptions.filter((each) => each.resolvedAt === null).map((each) => spell(id, each.category)),
  )
  return [...new Set([...listed, ...open])]
    .filter((name) => countOf(listed, name) !== countOf(open, name))
    .map((name) => `case ${name}: ${countOf(listed, name)} listed, ${countOf(open, name)} open`)
}

const countOf = (names: readonly string[], name: string) => names.filter((other) => other === name).length

async function rebuildBreaches(api: ApiClient, readRows: () => Promise<ProjectedRows>): Promise<string[]> {
  const before = await readRows()
  if (reachedIn(before).size === 0) return ['D1 holds nothing of any actor, so there is nothing to compare']
  const { body, status } = await api.post<{ readonly rebuildId: string }>('/v1/operations/rebuild', undefined)
  if (status !== 202) return [`the rebuild was refused with ${status}`]
  const finished = async () => {
    const path = `/v1/operations/rebuilds/${body.rebuildId}`
    const { finished: isFinished } = await readOne<{ readonly finished: boolean }>(api, path)
    return isFinished ? true : null
  }
  if (!(await eventually(finished, rebuildTimeoutMs, 250))) return ['the rebuild does not end']
  let found: string[] = []
  // The steps are over when every actor has been asked; the last pages may still be on their way.
  await eventually(async () => {
    found = unlike(before, await readRows())
    return found.length === 0 ? true : null
  }, rebuildTimeoutMs)
  return found
}

function unlike(before: ProjectedRows, after: ProjectedRows): string[] {
  const moved = movedOn(before, after)
  const stood = (rows: readonly string[] = []) => rows.filter((row) => !moved.some((name) => row.includes(name)))
  return Object.keys(before).flatMap((table) => {
    const [old, now] = [new Set(stood(before[table])), new Set(stood(after[table]))]
    const lost = [...old].filter((row) => !now.has(row))
    const added = [...now].filter((row) => !old.has(row))
    if (lost.length + added.length === 0) return []
    const shown = [...lost.map((row) => `- ${row}`), ...added.map((row) => `+ ${row}`)].slice(0, differencesShown)
    return [`${table}: ${lost.length} rows lost, ${added.length} new: ${shown.join(' ')}`]
  })
}

/**
 * Actors to which something happened meanwhile, such as an order that looks again whether its SKU is known: their rows
 * rightly differ. Names as they stand in rows.
 */
function movedOn(before: ProjectedRows, after: ProjectedRows): readonly string[] {
  const reachedBefore = reachedIn(before)
  return [...reachedIn(after)].flatMap(([name, throughSeq]) =>
    throughSeq > (reachedBefore.get(name) ?? Number.POSITIVE_INFINITY) ? [JSON.stringify(name)] : [],
  )
}

type Reached = { readonly actor_name: string; readonly through_seq: number }

function reachedIn({ projected_actors: rows = [] }: ProjectedRows): ReadonlyMap<string, number> {
  const reached = rows.map((row) => JSON.parse(row) as Reached)
  return new Map(reached.map(({ actor_name, through_seq }) => [actor_name, through_seq]))
}
