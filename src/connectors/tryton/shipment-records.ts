/** A sale's customer shipments as they stand in Tryton, and the steps that take one out of the door. */
import { z } from 'zod'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { OpenMove } from './allot-quantities.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { deleteRecords, ignoredSchema, recordIdSchema, writeRecord } from './wire-values.ts'

const moveSchema = z.object({
  id: recordIdSchema,
  quantity: z.number(),
  state: z.string(),
  origin: z.string().nullable(),
  'product.': z.object({ code: z.string().nullable() }),
})
const shipmentSchema = z.object({
  id: recordIdSchema,
  number: z.string().nullable(),
  state: z.enum(['draft', 'waiting', 'assigned', 'picked', 'packed', 'done', 'cancelled']),
  reference: z.string().nullable(),
  _timestamp: z.string(),
  'outgoing_moves.': z.array(moveSchema),
  'inventory_moves.': z.array(moveSchema),
})
type ShipmentRow = z.infer<typeof shipmentSchema>
type MoveRow = z.infer<typeof moveSchema>

export type SaleShipment = {
  readonly id: number
  readonly number: string
  readonly state: ShipmentRow['state']
  readonly reference: string | null
  readonly timestamp: string
  /** Outgoing moves, each with what is on its way to be shipped: the picking's figure until it has been picked. */
  readonly moves: readonly OpenMove[]
  /** Outgoing move id → the one move that picks for it; null when the warehouse picks and ships from one place. */
  readonly pickedBy: ReadonlyMap<number, number> | null
  /** False when a person has split the picking: it cannot be rewritten move by move. */
  readonly pickingIsWhole: boolean
}

const moveFields = ['quantity', 'state', 'origin', 'product.code']
const fieldsOf = (moves: string) => moveFields.map((field) => `${moves}.${field}`)

export async function shipmentsOfSale(
  tryton: Tryton,
  saleId: number,
): Promise<Result<readonly SaleShipment[], RpcFailure>> {
  const notes = await tryton.invoke({
    method: 'model.sale.line.search_read',
    params: [[['sale', '=', saleId]], 0, null, null, ['note']],
    answer: z.array(z.object({ id: recordIdSchema, note: z.string().nullable() })),
  })
  if (!notes.ok) return notes
  const lineIds = new Map(notes.value.map((line) => [`sale.line,${line.id}`, line.note]))
  const fields = ['number', 'state', 'reference', '_timestamp']
  const found = await tryton.invoke({
    method: 'model.stock.shipment.out.search_read',
    params: [
      [['moves.sale', '=', saleId]],
      0,
      null,
      [['id', 'ASC']],
      [...fields, ...fieldsOf('outgoing_moves'), ...fieldsOf('inventory_moves')],
    ],
    answer: z.array(shipmentSchema),
  })
  return found.ok ? ok(found.value.map((row) => shipmentOf(row, lineIds))) : found
}

function shipmentOf(row: ShipmentRow, lineIds: ReadonlyMap<string, string | null>): SaleShipment {
  const outgoing = row['outgoing_moves.'].filter((move) => move.state !== 'cancelled')
  const picking = row['inventory_moves.'].filter((move) => move.state !== 'cancelled')
  const picks = picking.length > 0
  const pickingDecides = picks && (row.state === 'waiting' || row.state === 'assigned')
  return {
    id: row.id,
    number: row.number ?? `id ${row.id}`,
    state: row.state,
    reference: row.reference || null,
    timestamp: row._timestamp,
    moves: outgoing.map((move) => ({
      id: move.id,
      lineId: lineIds.get(move.origin ?? '') ?? null,
      code: move['product.'].code ?? '',
      quantity: pickingDecides ? pickedQuantity(picking, move.id) : move.quantity,
    })),
    pickedBy: picks ? new Map(picking.flatMap(originAndId)) : null,
    pickingIsWhole: new Set(picking.map((move) => move.origin)).size === picking.length,
  }
}

function originAndId(move: MoveRow): [number, number][] {
  const match = /^stock\.move,(\d+)$/.exec(move.origin ?? '')
  return match ? [[Number(match[1]), move.id]] : []
}

function pickedQuantity(picking: readonly MoveRow[], outgoingId: number): number {
  return picking
    .filter((move) => move.origin === `stock.move,${outgoingId}`)
    .reduce((total, move) => total + move.quantity, 0)
}

/**
 * Puts our reference and the quantities on an open shipment in one transaction, and only if nobody has written to it
 * since it was read. Moves without a quantity leave the shipment; Tryton makes another one for them.
 */
export function claimShipment(
  tryton: Tryton,
  shipment: SaleShipment,
  reference: string,
  byMove: ReadonlyMap<number, number>,
): Promise<Result<unknown, RpcFailure>> {
  const { pickedBy } = shipment
  const changes = shipment.moves.flatMap((move): (readonly [string, ...unknown[]])[] => {
    const target = pickedBy === null ? move.id : pickedBy.get(move.id)
    if (target === undefined) return []
    const quantity = byMove.get(move.id)
    if (quantity === undefined) return [deleteRecords([target])]
    return quantity === move.quantity ? [] : [writeRecord(target, { quantity })]
  })
  return tryton.invoke({
    method: 'model.stock.shipment.out.write',
    params: [[shipment.id], { reference, [pickedBy === null ? 'outgoing_moves' : 'inventory_moves']: changes }],
    context: { _timestamp: { [`stock.shipment.out,${shipment.id}`]: shipment.timestamp } },
    answer: ignoredSchema,
  })
}

type Button = 'wait' | 'assign_force' | 'pick' | 'pack' | 'done' | 'cancel'

export function pressOnShipment(tryton: Tryton, button: Button, id: number): Promise<Result<unknown, RpcFailure>> {
  return tryton.invoke({ method: `model.stock.shipment.out.${button}`, params: [[id]], answer: ignoredSchema })
}

const stepsFrom: Readonly<Record<SaleShipment['state'], readonly Button[]>> = {
  draft: ['wait', 'assign_force', 'pick', 'pack', 'done'],
  waiting: ['assign_force', 'pick', 'pack', 'done'],
  assigned: ['pick', 'pack', 'done'],
  picked: ['pack', 'done'],
  packed: ['done'],
  done: [],
  cancelled: [],
}

/** The goods have left already, so stock is assigned by force: Tryton's figure must follow, not refuse. */
export async function shipOut(tryton: Tryton, shipment: SaleShipment): Promise<Result<null, RpcFailure>> {
  for (const step of stepsFrom[shipment.state]) {
    const pressed = await pressOnShipment(tryton, step, shipment.id)
    if (!pressed.ok) return pressed
  }
  return ok(null)
}
