/** One worked example per request body; a test sends each of them through its schema. */
const line = { lineId: '1', quantity: 2 }

const profile = {
  id: 'fast-first',
  name: 'Fast where it matters',
  strategies: [
    { id: 'fast', when: { channels: ['b2b'] }, constraints: { maxSplits: 1 }, weights: { sla: 2, ship: 1, split: 1 } },
    { id: 'any', weights: { split: 1 } },
  ],
}
const seen = { expectedRevision: 1 }

export const examples = {
  resend: { skus: ['ROPE-10'] },
  order: {
    account: 'b2b',
    externalOrderId: 'PO-7781',
    externalNumber: 'PO 7781',
    placedAtMs: 1_773_480_413_000,
    sourceVersionMs: 1_773_480_413_000,
    currency: 'USD',
    customer: { externalId: 'C-104', name: 'Northside Marina', email: 'stores@northside.example' },
    shipTo: {
      name: 'Receiving dock',
      company: 'Northside Marina',
      line1: '12 Quay Road',
      city: 'Portland',
      region: 'ME',
      postalCode: '04101',
      country: 'US',
    },
    lines: [{ lineId: '1', externalSku: 'ROPE-10', title: 'Rope, 10 mm', quantity: 2, unitPriceMinor: 1_950 }],
    totals: { subtotalMinor: 3_900, shippingMinor: 800, totalMinor: 4_700 },
    payment: 'authorized',
  },
  cancel: { reason: 'Ordered twice by mistake' },
  hold: { holdId: 'fraud-review-1', kind: 'fraud', reason: 'Card country differs from the delivery country' },
  reservation: {
    reservationId: 'cart-5f2c',
    channel: 'b2b',
    lines: [{ sku: 'ROPE-10', quantity: 2 }],
    expiresInSeconds: 900,
  },
  extension: { expiresInSeconds: 900 },
  transfer: {
    transferId: 'TR-2026-118',
    from: 'east',
    to: 'west',
    lines: [{ sku: 'ROPE-10', quantity: 60 }],
    dueAt: '2026-03-20T12:00:00Z',
  },
  transferShipment: { shipmentId: 'TRUCK-41', shippedAt: '2026-03-15T15:02:00Z' },
  transferReceipt: {
    receiptId: 'DOCK-77',
    lines: [{ sku: 'ROPE-10', quantity: 58 }],
    final: true,
    receivedAt: '2026-03-19T09:30:00Z',
  },
  movements: {
    movements: [
      {
        eventId: 'RCV-20931-4',
        sku: 'ROPE-10',
        location: 'east',
        movement: 'receipt',
        quantity: 120,
        occurredAt: '2026-03-14T09:26:53Z',
        reference: 'ASN-20931',
      },
    ],
  },
  snapshots: {
    snapshots: [
      {
        eventId: 'COUNT-2026-03-14',
        sku: 'ROPE-10',
        location: 'east',
        asOf: '2026-03-14T06:00:00Z',
        onHand: 118,
        damaged: 2,
        sourceSequence: 4_411,
      },
    ],
  },
  supplies: {
    supplies: [
      {
        supplyId: 'PO-8812-1',
        sku: 'ROPE-10',
        location: 'east',
        type: 'purchase_order',
        quantity: 240,
        dueAt: '2026-03-28T08:00:00Z',
        sourceVersion: 3,
      },
    ],
  },
  receipts: {
    receipts: [
      {
        receiptId: 'DOCK-4471-1',
        supplyId: 'PO-8812-1',
        sku: 'ROPE-10',
        location: 'east',
        quantity: 236,
        lots: [{ lotId: 'L-2026-11', quantity: 236, goodUntil: '2027-03-01T00:00:00Z' }],
        final: true,
        occurredAt: '2026-03-28T10:12:00Z',
      },
    ],
  },
  lotStatus: { sku: 'ROPE-10', lotId: 'L-2026-11', status: 'recalled', reason: 'Supplier notice 77' },
  protections: {
    protections: [
      {
        sku: 'ROPE-10',
        location: 'east',
        group: 'contract',
        quantity: 60,
        releaseAt: '2026-04-01T00:00:00Z',
        lendsTo: [{ group: 'trade', quantityMax: 10 }],
      },
    ],
  },
  shipment: {
    fulfilmentOrderId: 'b2b:PO-7781/F1',
    externalShipmentId: 'SHP-5512',
    lines: [line],
    carrier: 'UPS',
    service: 'Ground',
    trackingNumber: '1Z999AA10123456784',
    shippedAt: '2026-03-15T15:02:00Z',
  },
  return: {
    orderId: 'b2b:PO-7781',
    externalReturnId: 'RMA-301',
    lines: [line],
    returnedAt: '2026-03-24T10:00:00Z',
  },
  capacity: { day: '2026-12-24', ordersPerDay: 200 },
  availability: { status: 'down', reason: 'Power cut in the whole district' },
  skus: { skus: [{ sku: 'ROPE-10', title: 'Rope, 10 mm, per metre', barcode: '4006381333931', weightGrams: 62 }] },
  listings: {
    listings: [
      { account: 'b2b', externalSku: 'NM-ROPE-10-COIL', sku: 'ROPE-10', packQuantity: 50 },
      { account: 'shopify-us', externalSku: 'ROPE', sku: 'ROPE-10', price: { amountMinor: 1990, currency: 'USD' } },
    ],
  },
  content: {
    content: [
      {
        account: 'shopify-us',
        externalProductId: '632910392',
        content: {
          title: 'Rope, 10 mm',
          descriptionHtml: '<p>Floats. Sold by the metre.</p>',
          tags: ['rope', 'mooring'],
        },
      },
    ],
  },
  newProfile: { profile, comment: 'Trade customers wait less' },
  draftProfile: { ...seen, profile, comment: 'One split at most' },
  reviewProfile: { ...seen, comment: 'Weights agreed with operations' },
  activateProfile: { ...seen, comment: 'Shadow looks good', channels: ['b2b'], isDefault: false, withoutShadow: false },
  rollBackProfile: { ...seen, version: 1, comment: 'Too many splits since Monday' },
  shadowProfile: { ...seen, samplePercent: 20, comment: 'A week beside the active one' },
  replay: { filter: { status: 'rejected', account: 'shopify-us', limit: 50 } },
} as const
