/** The checker that runs after every test of a position must itself be able to fail. */
import { beforeAll, expect, it } from 'vitest'
import { stockBreaches } from '../fixtures/check-stock.ts'
import { commit, hold, move } from '../fixtures/stock-commands.ts'
import { TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

let positions = 0

beforeAll(async () => {
  await seedConfig()
})

/** Ten units, three held, four committed. */
async function promised(): Promise<TestPosition> {
  const position = new TestPosition(`CHECKED-${++positions}@east`)
  await position.api.applyMany(position.name, [
    move('m1', 'receipt', 10, Date.now()),
    hold('held', 3),
    hold('sold', 4),
    commit('sold'),
  ])
  return position
}

it('finds nothing wrong with a sound position, nor with one that nothing ever happened at', async () => {
  expect(await stockBreaches((await promised()).name)).toEqual([])
  expect(await stockBreaches('UNTOUCHED@east')).toEqual([])
})

it.each([
  ['figures that were changed', `UPDATE position SET figures = json_set(figures, '$.sellable', 11)`, 'I1'],
  ['a negative figure', `UPDATE position SET figures = json_set(figures, '$.heldUnits', -1)`, 'I1'],
  ['a reservation that disappeared', `DELETE FROM reservation WHERE reservation_id = 'sold'`, 'I2'],
  ['a reservation that grew', `UPDATE reservation SET quantity = 40 WHERE reservation_id = 'sold'`, 'I2'],
  [
    'a hold made twice',
    `INSERT INTO reservation SELECT 'twin', requested, quantity, shipped, released, status,
    expires_at_ms, order_id, correlation_id, due_at_ms, good_until_ms, draws, priority, since,
    uncovered FROM reservation
    WHERE reservation_id = 'held'`,
    'I2',
  ],
  ['a log that was edited', `UPDATE event_log SET at_ms = at_ms + 1 WHERE seq = 2`, 'I7'],
])('reports %s', async (_, tamper, invariant) => {
  const position = await promised()
  await position.inside((_instance, state) => {
    state.storage.sql.exec(tamper)
  })
  const breaches = await stockBreaches(position.name)
  expect(breaches.filter((breach) => breach.startsWith(invariant))).not.toEqual([])
})

it('reports pending work without an alarm', async () => {
  const position = await promised()
  await position.inside((_, state) => state.storage.deleteAlarm())
  expect(await stockBreaches(position.name)).toEqual([expect.stringMatching(/^I5: \d+ rows pending and no alarm$/)])
})
