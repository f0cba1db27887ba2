/** The transfer after an event, with what its positions have to be told of it. Total; the invariants are asserted. */
import type { LocationId, Sku } from '../shared/ids.ts'
import { unreachable } from '../shared/result.ts'
import { shortestLifeFirst } from '../stock/lots.ts'
import type { LotUnits } from '../stock/stock-command.ts'

import { inTransit, type Transfer, type TransferEffect, type TransferLine } from './transfer.ts'
import { transferBreaches } from './transfer-breaches.ts'
import type { TransferEvent } from './transfer-event.ts'

type EventOf<T extends TransferEvent['type']> = Extract<TransferEvent, { readonly type: T }>

export function evolveTransfer(transfer: Transfer | null, event: TransferEvent, atMs: number): Transfer {
  const applied = event.type === 'requested' ? begin(event, atMs) : applyTo(transfer, event, atMs)
  const next = { ...applied, version: (transfer?.version ?? 0) + 1 }
  const breaches = transferBreaches(next)
  if (breaches.length > 0) throw new Error(`transfer ${next.transferId}: ${breaches.join('; ')}`)
  return next
}

function begin(event: EventOf<'requested'>, atMs: number): Transfer {
  const { transferId, from, to, dueAtMs, allowPartial, content, correlationId, lines } = event
  const requested: Transfer = {
    ...{ transferId, from, to, dueAtMs, allowPartial, content, correlationId },
    requestedAtMs: atMs,
    version: 0,
    status: 'requested',
    lines: lines.map(({ sku, quantity }) => ({
      sku,
      requested: quantity,
      reserved: 0,
      released: 0,
      shipped: 0,
      received: 0,
      writtenOff: 0,
      available: null,
    })),
    shipments: [],
    receipts: [],
    pending: [],
    effectsMade: 0,
  }
  return owe(requested, from, lines, ({ quantity }) => ({ kind: 'reserve', quantity, allowPartial }))
}

function applyTo(
  transfer: Transfer | null,
  event: Exclude<TransferEvent, { type: 'requested' }>,
  atMs: number,
): Transfer {
  if (transfer === null) throw new Error(`${event.type} of a transfer that nobody requested`)
  switch (event.type) {
    case 'line_reserved':
      return changeLine(settle(transfer, event.effectId), event.sku, (line) => {
        // Cancelled while the position was asked: its claim goes back next.
        const to = transfer.status === 'cancelled' ? 'released' : 'reserved'
        return { ...line, [to]: line[to] + event.quantity }
      })
    case 'line_refused':
      return changeLine(settle(transfer, event.effectId), event.sku, (line) => ({
        ...line,
        available: event.available,
      }))
    case 'reserved':
      return { ...transfer, status: 'reserved' }
    case 'refused':
      return { ...giveBack(transfer), status: 'refused' }
    case 'shipped':
      return applyShipped(transfer, event)
    case 'received':
      return applyReceived(transfer, event)
    case 'cancelled':
      return { ...giveBack(transfer), status: transfer.status === 'in_transit' ? 'in_transit' : 'cancelled' }
    case 'line_left':
      return announce(settle(transfer, event.effectId), event)
    case 'announcement_refused':
      return changeLine(transfer, event.sku, (line) => ({ ...line, unannouncedSinceMs: atMs }))
    case 'announcement_settled':
      return changeLine(transfer, event.sku, ({ unannouncedSinceMs: _, ...line }) => line)
    case 'effect_done':
      return settle(transfer, event.effectId)
    case 'lots_left_out':
      return { ...transfer, pending: transfer.pending.map((effect) => withLotsThatFit(effect, event.effectId)) }
    case 'closed':
      return { ...transfer, status: 'closed' }
    default:
      return unreachable(event)
  }
}

/** Another effect by name: its commands are new ones to the position. */
function withLotsThatFit(effect: TransferEffect, effectId: string): TransferEffect {
  if (effect.effectId !== effectId || effect.kind !== 'receive') return effect
  return { ...effect, effectId: `${effectId}/unnamed`, nameWhatFits: true }
}

function applyShipped(transfer: Transfer, event: EventOf<'shipped'>): Transfer {
  const { shipmentId, content, lines, occurredAtMs } = event
  const moved = lines.reduce(
    (next, { sku, quantity }) =>
      changeLine(next, sku, (line) => ({
        ...line,
        reserved: line.reserved - quantity,
        shipped: line.shipped + quantity,
      })),
    transfer,
  )
  const kept: Transfer = {
    ...moved,
    status: 'in_transit',
    shipments: [...transfer.shipments, { id: shipmentId, content }],
  }
  return owe(kept, kept.from, lines, ({ quantity }) => ({ kind: 'ship', quantity, shipmentId, occurredAtMs }))
}

/**
 * The destination hears of units once it is known how long they keep. Newest holds: an announcement that it has not
 * heard yet is left out.
 */
function announce(transfer: Transfer, { sku, lots }: EventOf<'line_left'>): Transfer {
  const moved = changeLine(transfer, sku, (line) => withLots(line, lots))
  const line = lineOf(moved, sku)
  const leaving = moved.pending.map((effect) => (effect.kind === 'ship' && effect.sku === sku ? effect.quantity : 0))
  const quantity = line.shipped - leaving.reduce((sum, units) => sum + units, 0)
  const isOlder = (effect: TransferEffect) => effect.kind === 'announce' && effect.sku === sku
  const fresh: Transfer = { ...moved, pending: moved.pending.filter((effect) => !isOlder(effect)) }
  const told = { kind: 'announce', quantity, dueAtMs: moved.dueAtMs, version: moved.effectsMade + 1 } as const
  return owe(fresh, moved.to, [{ sku }], () => ({ ...told, ...(line.lots === undefined ? {} : { lots: line.lots }) }))
}

/** More lots than that are told as if the rest kept no longer than the first of it. */
const lotsToldMax = 20

function withLots(line: TransferLine, left: readonly LotUnits[]): TransferLine {
  if (left.length === 0) return line
  const byLot = Map.groupBy([...(line.lots ?? []), ...left], ({ lotId }) => lotId)
  const summed = shortestLifeFirst([...byLot.values()].flatMap(oneLot))
  const rest = summed.slice(lotsToldMax - 1)
  const last = rest[0] === undefined ? [] : [{ ...rest[0], quantity: unitsOf(rest) }]
  return { ...line, lots: [...summed.slice(0, lotsToldMax - 1), ...last] }
}

/** Two words on one lot: the careful date holds. */
function oneLot(parts: readonly LotUnits[]): readonly LotUnits[] {
  const [first] = shortestLifeFirst(parts)
  return first === undefined ? [] : [{ ...first, quantity: unitsOf(parts) }]
}

const unitsOf = (lots: readonly LotUnits[]) => lots.reduce((sum, { quantity }) => sum + quantity, 0)

function applyReceived(transfer: Transfer, event: EventOf<'received'>): Transfer {
  const { receiptId, content, lines, final, occurredAtMs } = event
  const arrived = lines.reduce(
    (next, { sku, quantity }) => changeLine(next, sku, (line) => ({ ...line, received: line.received + quantity })),
    transfer,
  )
  const kept: Transfer = { ...arrived, receipts: [...transfer.receipts, { id: receiptId, content }] }
  const ended = final ? kept.lines.filter((line) => inTransit(line) > 0) : []
  const writtenOff = ended.reduce(
    (next, { sku }) => changeLine(next, sku, (line) => ({ ...line, writtenOff: line.writtenOff + inTransit(line) })),
    kept,
  )
  const named = new Set(lines.map(({ sku }) => sku))
  const silent = ended.filter(({ sku }) => !named.has(sku)).map(({ sku }) => ({ sku, quantity: 0, lots: [] }))
  return owe(writtenOff, transfer.to, [...lines, ...silent], ({ sku, quantity, lots }) => {
    const line = lineOf(writtenOff, sku)
    const isLast = final || (line.reserved === 0 && inTransit(line) === 0)
    return { kind: 'receive', quantity, receiptId, lots, final: isLast, occurredAtMs }
  })
}

/** What has not left goes back; so does what a position is still being asked for. */
function giveBack(transfer: Transfer): Transfer {
  const asked = new Set(transfer.pending.filter(({ kind }) => kind === 'reserve').map(({ sku }) => sku))
  const claimed = transfer.lines.filter((line) => line.reserved > 0 || asked.has(line.sku))
  const lines = transfer.lines.map((line) => ({ ...line, released: line.released + line.reserved, reserved: 0 }))
  return owe({ ...transfer, lines }, transfer.from, claimed, () => ({ kind: 'release' }))
}

type Told = TransferEffect extends infer Effect
  ? Effect extends TransferEffect
    ? Omit<Effect, 'effectId' | 'sku' | 'location'>
    : never
  : never

function owe<Item extends { readonly sku: Sku }>(
  transfer: Transfer,
  location: LocationId,
  items: readonly Item[],
  effectOf: (item: Item) => Told,
): Transfer {
  const effects = items.map((item, index): TransferEffect => {
    const told = effectOf(item)
    const effectId = `${transfer.transferId}/${told.kind}/${transfer.effectsMade + index + 1}`
    return { effectId, sku: item.sku, location, ...told }
  })
  return {
    ...transfer,
    pending: [...transfer.pending, ...effects],
    effectsMade: transfer.effectsMade + effects.length,
  }
}

const settle = (transfer: Transfer, effectId: string): Transfer => ({
  ...transfer,
  pending: transfer.pending.filter((effect) => effect.effectId !== effectId),
})

function changeLine(transfer: Transfer, sku: Sku, change: (line: TransferLine) => TransferLine): Transfer {
  return { ...transfer, lines: transfer.lines.map((line) => (line.sku === sku ? change(line) : line)) }
}

function lineOf(transfer: Transfer, sku: Sku): TransferLine {
  const line = transfer.lines.find((other) => other.sku === sku)
  if (line === undefined) throw new Error(`transfer ${transfer.transferId} has no line of ${sku}`)
  return line
}
