/** Numbers in queries: what a caller did not write in digits is a mistake of his, not a number. */
import { beforeAll, expect, it } from 'vitest'
import { seedConfig } from './seed-config.ts'
import { bearer, send } from './send.ts'

beforeAll(() => seedConfig())

/** Empty would be 0, which for `maxStalenessMs` asks every position. */
const notWritten = ['', '%20', '%205', '0x10', '1e2', '1.0', '-1', 'NaN', 'true', '9007199254740993']

it.each([
  '/v1/atp?sku=ROPE-10&quantity',
  '/v1/atp?sku=ROPE-10&maxStalenessMs',
  '/v1/atp?sku=ROPE-10&goodForDays',
  '/v1/orders?limit',
  '/v1/inventory/ROPE-10/east?beforeSeq',
  '/v1/locations/east?days',
])('%s takes digits alone', async (query) => {
  const name = query.split(/[?&]/).at(-1)
  for (const text of notWritten) {
    const response = await send(`${query}=${text}`, { headers: bearer })
    expect([text, response.status]).toEqual([text, 422])
    expect(await response.json()).toMatchObject({ reason: 'invalid_query', errors: [{ path: name }] })
  }
  expect((await send(`${query}=5`, { headers: bearer })).status).toBe(200)
})
