import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { byDefault, compare, published, reportText, standings, withReport } from './publication-report.ts'
import { publicationWorld } from './publication-world.ts'

const compared = compare(published)
const outcomeOf = (units: number) =>
  compared.find(({ policy }) => policy.kind === 'fixed' && policy.units === units)?.outcome

it('keeps fewer units back than a fixed buffer and oversells less, over channels of one to thirty minutes', () => {
  const stands = standings(compared)
  for (const units of [3, 4, 5]) expect(stands.get(units)).toBe('fewer_oversells_and_fewer_withheld')
})

it('oversells a small part of what happens without a buffer', () => {
  const own = compared.find(({ policy }) => policy === byDefault)?.outcome
  expect((own?.oversold ?? 0) * 4).toBeLessThan(outcomeOf(0)?.oversold ?? 0)
})

it('oversells where sales are learned of late: most on the slowest channel for its share of the demand', () => {
  const { channels } = publicationWorld(1, { skus: 1, days: 1 })
  const rates = channels.map(({ share }, index) => (outcomeOf(0)?.oversoldOn[index] ?? 0) / share)
  expect(rates).toEqual(rates.toSorted((a, b) => a - b))
})

it('turns nobody away without a buffer but those who come while a figure is under way', () => {
  const [none, one] = [outcomeOf(0), outcomeOf(1)]
  expect((none?.turnedAway ?? 0) * 10).toBeLessThan(one?.turnedAway ?? 0)
})

it('tells the same story for the same seeds', () => {
  const small = { size: { skus: 4, days: 1 }, seeds: [7] }
  expect(compare(small)).toEqual(compare(small))
  expect(compare(small)).not.toEqual(compare({ ...small, seeds: [8] }))
})

it('is in docs/publication.md as the command writes it', () => {
  const page = readFileSync('docs/publication.md', 'utf8')
  expect(withReport(page, reportText(published, compared)) === page, 'run npm run simulate:buffers').toBe(true)
})
