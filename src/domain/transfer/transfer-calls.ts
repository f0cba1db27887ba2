/**
 * The transfer's effects as stock commands: one call per position, in the order in which it has to hear of them.
 * Leaving gives the claim back and takes the units out in one call, so that nobody sees them free in between.
 */
import {
  type CommandId,
  commandId,
  type LocationId,
  ownId,
  type ReservationId,
  reservationId,
  type Sku,
} from '../shared/ids.ts'
import { unreachable } from '../shared/result.ts'
import type { StockCommand, StockCommandBody, StockVerdict } from '../stock/stock-command.ts'
import type { Transfer, TransferEffect } from './transfer.ts'

export type TransferCall = {
  readonly sku: Sku
  readonly location: LocationId
  readonly effects: readonly { readonly effectId: string; readonly commands: readonly StockCommand[] }[]
}

/** How far transfers are trusted to arrive, and how late a late one is expected. */
export type TransferTrust = { readonly confidencePercent: number; readonly overdueDelayMs: number }

/** Effects asked for at once: bounds a turn; the rest follows in the next. */
const effectsPerTurnMax = 500

export function transferCalls(transfer: Transfer, trust: TransferTrust): readonly TransferCall[] {
  const pending = transfer.pending.slice(0, effectsPerTurnMax)
  const byPosition = Map.groupBy(pending, ({ sku, location }) => `${sku}@${location}`)
  return [...byPosition.values()].flatMap((effects): TransferCall[] => {
    const [first] = effects
    if (first === undefined) return []
    const told = effects.map((effect) => ({
      effectId: effect.effectId,
      commands: bodiesOf(transfer, effect, trust).map((body, index) => commandOf(transfer, effect, body, index)),
    }))
    return [{ sku: first.sku, location: first.location, effects: told }]
  })
}

/**
 * One per effect that was answered: of its commands the one that refused, or else the last. As long as the position was
 * too busy for one of them, all are said again.
 */
export function effectAnswers(effects: TransferCall['effects'], verdicts: readonly StockVerdict[]) {
  let from = 0
  return effects.flatMap(({ effectId, commands }) => {
    const own = verdicts.slice(from, from + commands.length)
    from += commands.length
    const verdict = own.find(({ ok }) => !ok) ?? own.at(-1)
    const isAnswered = own.every((each) => each.ok || each.error.reason !== 'overloaded')
    return verdict !== undefined && isAnswered ? [{ effectId, verdict }] : []
  })
}

export function transferSupplyId(transferId: string): string {
  return ownId(transferId)
}

/** No id of a cart or of an order's own reservation begins like this. */
export function transferClaimId(transferId: string): ReservationId {
  return reservationId(ownId(transferId))
}

function commandOf(transfer: Transfer, effect: TransferEffect, body: StockCommandBody, index: number): StockCommand {
  const id: CommandId = commandId(ownId(effect.effectId, `${index}`))
  const cause = { correlationId: transfer.correlationId, kind: 'saga', id: ownId(transfer.transferId) } as const
  // Told again while the position has no room; its version makes an announcement happen once.
  return effect.kind === 'announce'
    ? { ...body, commandId: id, cause, unrepeated: true }
    : { ...body, commandId: id, cause }
}

function bodiesOf(transfer: Transfer, effect: TransferEffect, trust: TransferTrust): readonly StockCommandBody[] {
  const { transferId } = transfer
  const claim = transferClaimId(transferId)
  const supplyId = transferSupplyId(transferId)
  switch (effect.kind) {
    case 'reserve': {
      const { quantity, allowPartial } = effect
      const held = { reservationId: claim, quantity, expiresAtMs: null, orderId: null, allowPartial } as const
      return [
        { type: 'hold', ...held },
        { type: 'commit', reservationId: claim },
      ]
    }
    case 'release':
      return [{ type: 'release', reservationId: claim, quantity: null }]
    case 'ship': {
      const { quantity, shipmentId, occurredAtMs } = effect
      const movementId = ownId(transferId, shipmentId)
      const out = {
        movement: 'transfer_out',
        state: 'available',
        quantity,
        occurredAtMs,
        reference: transferId,
      } as const
      return [
        { type: 'release', reservationId: claim, quantity },
        { type: 'move', movementId, ...out },
      ]
    }
    case 'announce': {
      const { quantity, dueAtMs, version, lots } = effect
      const due = { supplyId, supplyType: 'transfer', quantity, dueAtMs, goodUntilMs: null } as const
      const ofLots = lots === undefined ? {} : { lots }
      return [{ type: 'announce_supply', ...due, ...trust, ...ofLots, sourceVersion: version }]
    }
    case 'receive': {
      const { quantity, receiptId, lots, final, occurredAtMs } = effect
      const id = ownId(transferId, receiptId)
      const named = effect.nameWhatFits === true ? { lots, nameWhatFits: true as const } : { lots }
      return [{ type: 'receive_supply', supplyId, receiptId: id, quantity, ...named, final, occurredAtMs }]
    }
    default:
      return unreachable(effect)
  }
}
