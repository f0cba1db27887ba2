/** One command, decided: what it records, then what follows from it, and the transfer they lead to. */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok, type Result, unreachable } from '../shared/result.ts'
import { evolveTransfer } from './evolve-transfer.ts'
import { inTransit, reportsMax, type Transfer, type TransferEffect, totalOf } from './transfer.ts'
import type { TransferCommand, TransferRefusal, TransferRequest } from './transfer-command.ts'
import type { ReceivedUnits, SkuUnits, TransferEvent } from './transfer-event.ts'

type Command<T extends TransferCommand['type']> = Extract<TransferCommand, { readonly type: T }>
type Decided = Result<readonly TransferEvent[], TransferRefusal>
export type TransferDecision = { readonly events: readonly TransferEvent[]; readonly transfer: Transfer }

export function decideTransfer(
  command: TransferCommand,
  transfer: Transfer | null,
  facts: { readonly transferId: string; readonly nowMs: number },
): Result<TransferDecision, TransferRefusal> {
  if (transfer === null) {
    if (command.type === 'request') return conclude(null, requestEvents(command), facts.nowMs)
    return err({ reason: 'transfer_not_found', transferId: facts.transferId })
  }
  const decided = verbOf(command, transfer)
  return decided.ok ? conclude(transfer, decided.value, facts.nowMs) : decided
}

function conclude(
  before: Transfer | null,
  events: readonly TransferEvent[],
  nowMs: number,
): Result<TransferDecision, TransferRefusal> {
  const all: TransferEvent[] = []
  let transfer = before
  for (let next = events; next.length > 0; next = transfer === null ? [] : followUp(transfer)) {
    for (const event of next) transfer = evolveTransfer(transfer, event, nowMs)
    all.push(...next)
  }
  if (transfer === null) throw new Error('a decision about no transfer')
  return ok({ events: all, transfer })
}

function verbOf(command: TransferCommand, transfer: Transfer): Decided {
  switch (command.type) {
    case 'request':
      return contentOf(command) === transfer.content ? ok([]) : conflict(transfer.transferId)
    case 'ship':
      return ship(command, transfer)
    case 'receive':
      return receive(command, transfer)
    case 'cancel':
      return cancel(command, transfer)
    case 'record':
      return ok(command.answers.flatMap((answer) => recorded(transfer, answer)))
    default:
      return unreachable(command)
  }
}

const conflict = (id: string): Decided => err({ reason: 'transfer_conflict', id })

function contentOf({ from, to, lines, dueAtMs, allowPartial }: TransferRequest): string {
  return canonicalJson({ from, to, lines, dueAtMs, allowPartial })
}

function requestEvents(command: TransferRequest): readonly TransferEvent[] {
  const { transferId, from, to, lines, dueAtMs, allowPartial, correlationId } = command
  const content = contentOf(command)
  return [{ type: 'requested', transferId, from, to, dueAtMs, allowPartial, lines, content, correlationId }]
}

function ship(command: Command<'ship'>, transfer: Transfer): Decided {
  const { shipmentId, shippedAtMs } = command
  const content = canonicalJson({ lines: command.lines, shippedAtMs })
  const known = transfer.shipments.find(({ id }) => id === shipmentId)
  if (known !== undefined) return known.content === content ? ok([]) : conflict(shipmentId)
  const refusal = notOpen(transfer) ?? full(transfer.shipments.length)
  if (refusal !== null) return err(refusal)
  const lines = command.lines ?? transfer.lines.map(({ sku, reserved }) => ({ sku, quantity: reserved }))
  const leaving = lines.filter(({ quantity }) => quantity > 0)
  const excess = excessOf(leaving, transfer)
  if (excess !== null) return err(excess)
  if (leaving.length === 0) return err({ reason: 'transfer_not_reserved', status: transfer.status })
  return ok([{ type: 'shipped', shipmentId, content, lines: leaving, occurredAtMs: shippedAtMs }])
}

function notOpen({ status }: Transfer): TransferRefusal | null {
  if (status === 'requested') return { reason: 'transfer_not_reserved', status }
  return status === 'reserved' || status === 'in_transit' ? null : { reason: 'transfer_closed', status }
}

const full = (reports: number): TransferRefusal | null =>
  reports >= reportsMax ? { reason: 'transfer_full', reports } : null

function excessOf(leaving: readonly SkuUnits[], transfer: Transfer): TransferRefusal | null {
  for (const { sku, quantity } of leaving) {
    const line = transfer.lines.find((other) => other.sku === sku)
    if (line === undefined) return { reason: 'transfer_line_not_found', sku }
    const { reserved } = line
    if (quantity > reserved) return { reason: 'transfer_exceeds_reserved', sku, quantity, reserved }
  }
  return null
}

/** More than left may arrive: it is there. What arrives of something that never left belongs to another report. */
function receive(command: Command<'receive'>, transfer: Transfer): Decided {
  const { receiptId, lines, final, receivedAtMs } = command
  const content = canonicalJson({ lines, final, receivedAtMs })
  const known = transfer.receipts.find(({ id }) => id === receiptId)
  if (known !== undefined) return known.content === content ? ok([]) : conflict(receiptId)
  const { status } = transfer
  if (status === 'requested' || status === 'reserved') return err({ reason: 'transfer_not_shipped', status })
  // After the last receipt there is no other, whether or not the positions have heard of it yet.
  if (status !== 'in_transit' || isOver(transfer)) return err({ reason: 'transfer_closed', status })
  const refusal = full(transfer.receipts.length) ?? overnamed(lines)
  if (refusal !== null) return err(refusal)
  const shipped = new Set(transfer.lines.filter((line) => line.shipped > 0).map(({ sku }) => sku))
  const foreign = lines.find(({ sku }) => !shipped.has(sku))
  if (foreign !== undefined) return err({ reason: 'transfer_line_not_found', sku: foreign.sku })
  const rest = final && totalOf(transfer, (line) => line.reserved) > 0
  const cancelled: readonly TransferEvent[] = rest ? [{ type: 'cancelled', reason: 'the last receipt came' }] : []
  return ok([...cancelled, { type: 'received', receiptId, content, lines, final, occurredAtMs: receivedAtMs }])
}

/** The position would book none of it, and the transfer all. */
function overnamed(lines: readonly ReceivedUnits[]): TransferRefusal | null {
  for (const { sku, quantity: requested, lots } of lines) {
    const named = lots.reduce((sum, { quantity }) => sum + quantity, 0)
    if (named > requested) return { reason: 'lots_exceed_quantity', sku, requested, named }
  }
  return null
}

function cancel({ reason }: Command<'cancel'>, transfer: Transfer): Decided {
  const { status } = transfer
  if (status === 'cancelled' || status === 'refused') return ok([])
  if (status === 'closed') return err({ reason: 'transfer_closed', status })
  if (status === 'in_transit' && totalOf(transfer, (line) => line.reserved) === 0) {
    return err({ reason: 'transfer_shipped', inTransit: totalOf(transfer, inTransit) })
  }
  return ok([{ type: 'cancelled', reason }])
}

type Answer = Command<'record'>['answers'][number]

/** An effect that is not pending any more was answered before. */
function recorded(transfer: Transfer, { effectId, verdict }: Answer): readonly TransferEvent[] {
  const effect = transfer.pending.find((other) => other.effectId === effectId)
  if (effect === undefined) return []
  if (hasNoRoomForLots(effect, verdict)) return [{ type: 'lots_left_out', effectId }]
  const refusal = verdict.ok ? null : verdict.error.reason
  if (effect.kind === 'ship') {
    const lots = verdict.ok ? (verdict.lots ?? []) : []
    return [{ type: 'line_left', effectId, sku: effect.sku, lots, refusal }]
  }
  if (effect.kind === 'announce') return announced(transfer, effect, refusal)
  if (effect.kind !== 'reserve') {
    return [{ type: 'effect_done', effectId, refusal }]
  }
  const { sku } = effect
  if (verdict.ok) return [{ type: 'line_reserved', effectId, sku, quantity: verdict.granted }]
  const available = 'available' in verdict.error ? verdict.error.available : 0
  return [{ type: 'line_refused', effectId, sku, available }]
}

/** Without room for one more supply the destination is told again: units on their way are not forgotten. */
function announced(
  transfer: Transfer,
  { effectId, sku }: TransferEffect,
  refusal: string | null,
): readonly TransferEvent[] {
  const openedAtMs = transfer.lines.find((line) => line.sku === sku)?.unannouncedSinceMs
  if (refusal === 'position_full') {
    return openedAtMs === undefined ? [{ type: 'announcement_refused', sku, reason: refusal }] : []
  }
  const done = { type: 'effect_done', effectId, refusal } as const
  return openedAtMs === undefined ? [done] : [done, { type: 'announcement_settled', sku, openedAtMs }]
}

/** What is there is booked, if need be without the names of its lots. */
function hasNoRoomForLots(effect: TransferEffect, verdict: Answer['verdict']): boolean {
  const isNamed = effect.kind === 'receive' && effect.lots.length > 0
  return isNamed && !verdict.ok && verdict.error.reason === 'position_full'
}

function followUp(transfer: Transfer): readonly TransferEvent[] {
  const { status, pending, lines, allowPartial } = transfer
  if (status === 'requested') {
    if (pending.some(({ kind }) => kind === 'reserve')) return []
    const isRefused = lines.some(({ available }) => available !== null)
    const enough = allowPartial ? lines.some(({ reserved }) => reserved > 0) : !isRefused
    return [{ type: enough ? 'reserved' : 'refused' }]
  }
  if (status !== 'in_transit' || pending.length > 0) return []
  return isOver(transfer) ? [{ type: 'closed' }] : []
}

/** Nothing is left to leave, and nothing is left to arrive. */
function isOver({ lines }: Transfer): boolean {
  return lines.every((line) => line.reserved === 0 && inTransit(line) === 0)
}
