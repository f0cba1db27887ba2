/** `inventorySetQuantities` as Shopify runs it since 2026-04: compare-and-set, all or nothing, once per key. */
import type { StoreRecords } from './shopify-records.ts'

export type SetQuantitiesInput = {
  readonly name: string
  readonly reason: string
  readonly quantities: readonly {
    readonly inventoryItemId: string
    readonly locationId: string
    readonly quantity: number
    readonly changeFromQuantity?: number | null
  }[]
}
type InventoryError = { readonly code: string; readonly field: readonly string[]; readonly message: string }
export type SetQuantitiesPayload = {
  readonly inventoryAdjustmentGroup: { readonly id: string } | null
  readonly userErrors: readonly InventoryError[]
}

const reasons = new Set(['correction', 'cycle_count_available', 'received', 'restock', 'shrinkage', 'damaged', 'other'])

export type InventoryMutations = {
  /** The same key with the same input answers as it did; with another input it is refused. */
  readonly set: (input: SetQuantitiesInput, key: string) => SetQuantitiesPayload
  /** How often each key changed something: once, whatever became of the answers. */
  readonly effects: ReadonlyMap<string, number>
}

export function inventoryMutations(records: Pick<StoreRecords, 'inventory' | 'locations'>): InventoryMutations {
  const remembered = new Map<string, { readonly input: string; readonly payload: SetQuantitiesPayload }>()
  const effects = new Map<string, number>()
  let groups = 0
  return {
    effects,
    set: (input, key) => {
      const text = JSON.stringify(input)
      const known = remembered.get(key)
      if (known?.input === text) return known.payload
      if (known)
        return refused([{ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH', field: [], message: 'The key was used.' }])
      const payload = apply(input, records, () => `gid://shopify/InventoryAdjustmentGroup/${++groups}`)
      remembered.set(key, { input: text, payload })
      if (payload.inventoryAdjustmentGroup !== null) effects.set(key, (effects.get(key) ?? 0) + 1)
      return payload
    },
  }
}

const idOf = (gid: string) => gid.split('/').at(-1) ?? ''
const refused = (userErrors: readonly InventoryError[]) => ({ inventoryAdjustmentGroup: null, userErrors })

function apply(
  input: SetQuantitiesInput,
  records: Pick<StoreRecords, 'inventory' | 'locations'>,
  nextGroup: () => string,
): SetQuantitiesPayload {
  const errors = [...headErrors(input), ...input.quantities.flatMap((quantity, at) => errorsOf(quantity, at, records))]
  if (errors.length > 0) return refused(errors)
  let changed = false
  for (const { inventoryItemId, locationId, quantity } of input.quantities) {
    const key = `${idOf(inventoryItemId)}@${idOf(locationId)}`
    changed ||= records.inventory.get(key) !== quantity
    records.inventory.set(key, quantity)
  }
  return { inventoryAdjustmentGroup: changed ? { id: nextGroup() } : null, userErrors: [] }
}

function headErrors(input: SetQuantitiesInput): readonly InventoryError[] {
  const errors: InventoryError[] = []
  if (input.name !== 'available' && input.name !== 'on_hand') {
    errors.push({ code: 'INVALID_NAME', field: ['input', 'name'], message: 'The quantity name is not valid.' })
  }
  if (!reasons.has(input.reason)) {
    errors.push({ code: 'INVALID_REASON', field: ['input', 'reason'], message: 'The reason is not valid.' })
  }
  const pairs = input.quantities.map((each) => `${each.inventoryItemId}@${each.locationId}`)
  if (new Set(pairs).size < pairs.length) {
    const code = 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'
    errors.push({ code, field: ['input', 'quantities'], message: 'An item and location pair appears twice.' })
  }
  return errors
}

function errorsOf(
  quantity: SetQuantitiesInput['quantities'][number],
  at: number,
  records: Pick<StoreRecords, 'inventory' | 'locations'>,
): readonly InventoryError[] {
  const error = (code: string, name: string, message: string) => [
    { code, field: ['input', 'quantities', String(at), name], message },
  ]
  const location = idOf(quantity.locationId)
  const shown = records.inventory.get(`${idOf(quantity.inventoryItemId)}@${location}`)
  if (!records.locations.includes(Number(location))) {
    return error('INVALID_LOCATION', 'locationId', 'The location does not exist.')
  }
  if (shown === undefined) return error('INVALID_INVENTORY_ITEM', 'inventoryItemId', 'The item does not exist.')
  if (quantity.quantity < 0) return error('INVALID_QUANTITY_NEGATIVE', 'quantity', 'The quantity is negative.')
  const expected = quantity.changeFromQuantity
  if (expected === null || expected === undefined || expected === shown) return []
  return error('CHANGE_FROM_QUANTITY_STALE', 'changeFromQuantity', 'The quantity has changed since it was read.')
}
