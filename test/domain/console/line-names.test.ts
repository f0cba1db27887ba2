import { expect, it } from 'vitest'
import { lineNames } from '../../../src/http/ops/routing/line-names.ts'

it('names a line by its SKU, with its id where two are of one, and by its id alone where there is none', () => {
  const lines = [
    { lineId: '1', sku: 'ROPE-10', externalSku: 'rope' },
    { lineId: '2', sku: 'BUOY-R', externalSku: 'buoy' },
    { lineId: '3', sku: 'BUOY-R', externalSku: 'buoy-red' },
    { lineId: '4', sku: null, externalSku: 'MYSTERY' },
    { lineId: '5', sku: null, externalSku: null },
  ]
  const nameLine = lineNames({ lines })
  expect(['1', '2', '3', '4', '5', '6'].map(nameLine)).toEqual([
    ...['ROPE-10', 'BUOY-R (line 2)', 'BUOY-R (line 3)', 'MYSTERY', 'line 5', 'line 6'],
  ])
})
