/** The comparison of buffers as it stands in docs/publication.md: every policy over the same worlds, in one table. */
import { bufferSchema } from '../../src/domain/config/feed.ts'
import { type Outcome, type Policy, playPolicy } from './publication.ts'
import { publicationWorld, type WorldSize } from './publication-world.ts'

export type Comparison = { readonly size: WorldSize; readonly seeds: readonly number[] }
export type Compared = { readonly policy: Policy; readonly outcome: Outcome }

/** Long enough for a few dozen oversells with a middling buffer, short enough for every build. */
export const published: Comparison = { size: { skus: 40, days: 5 }, seeds: [1, 2, 3, 4] }

const defaults = bufferSchema.parse({})
const fixed = (units: number): Policy => ({ name: units === 0 ? 'no buffer' : `fixed, ${units}`, kind: 'fixed', units })
const measured = (name: string, change: Partial<typeof defaults> = {}): Policy => ({
  name,
  kind: 'measured',
  rule: { ...defaults, ...change },
})

export const byDefault = measured('measured, `z` 1 (the default)')
const policies: readonly Policy[] = [
  ...[0, 1, 2, 3, 4, 5, 8].map(fixed),
  measured('measured, `z` 0', { z: 0 }),
  byDefault,
  measured('measured, `z` 2', { z: 2 }),
  measured('measured, `z` 3', { z: 3 }),
  measured('measured, `z` 1, `riskPercent` 0', { riskPercent: 0 }),
  measured('measured, `z` 1, `seesOwnSales` false', { seesOwnSales: false }),
]

export function compare({ size, seeds }: Comparison): readonly Compared[] {
  const worlds = seeds.map((seed) => ({ seed, world: publicationWorld(seed, size) }))
  return policies.map((policy) => ({
    policy,
    outcome: worlds.map(({ seed, world }) => playPolicy(policy, world, seed)).reduce(together),
  }))
}

function together(left: Outcome, right: Outcome): Outcome {
  return {
    sold: left.sold + right.sold,
    oversold: left.oversold + right.oversold,
    oversoldOn: left.oversoldOn.map((orders, channel) => orders + (right.oversoldOn[channel] ?? 0)),
    turnedAway: left.turnedAway + right.turnedAway,
    // Summed here and divided by the number of worlds where it is shown.
    withheld: left.withheld + right.withheld,
  }
}

export type Standing = 'fewer_oversells_and_fewer_withheld' | 'fewer_oversells' | 'fewer_withheld' | 'neither'

/** How the default stands to each fixed buffer, by its units. */
export function standings(compared: readonly Compared[]): ReadonlyMap<number, Standing> {
  const own = compared.find(({ policy }) => policy === byDefault)?.outcome
  if (own === undefined) throw new Error('the default was not played')
  return new Map(
    compared.flatMap(({ policy, outcome }) =>
      policy.kind === 'fixed' && policy.units > 0 ? [[policy.units, standing(own, outcome)] as const] : [],
    ),
  )
}

function standing(own: Outcome, other: Outcome): Standing {
  const [sells, keeps] = [own.oversold < other.oversold, own.withheld < other.withheld]
  if (sells) return keeps ? 'fewer_oversells_and_fewer_withheld' : 'fewer_oversells'
  return keeps ? 'fewer_withheld' : 'neither'
}

const sentences: Readonly<Record<Standing, string>> = {
  fewer_oversells_and_fewer_withheld: 'The default oversells less and keeps back less than a fixed buffer of',
  fewer_oversells: 'It oversells less, and keeps back more, than a fixed buffer of',
  fewer_withheld: 'It keeps back less, and does not oversell less, than a fixed buffer of',
  neither: 'It is better in neither than a fixed buffer of',
}

function sentencesOf(compared: readonly Compared[]): readonly string[] {
  const all = [...standings(compared)]
  return (Object.keys(sentences) as Standing[]).flatMap((each) => {
    const units = all.filter(([, stands]) => stands === each).map(([fixedUnits]) => fixedUnits)
    return units.length === 0 ? [] : [`${sentences[each]} ${units.join(', ')}.`]
  })
}

export function reportText(comparison: Comparison, compared: readonly Compared[]): string {
  const { size, seeds } = comparison
  const world = publicationWorld(seeds[0] ?? 1, { skus: 1, days: 1 })
  const lags = world.channels.map(({ lagMs, share }) => `${lagMs / 60_000} min (${share * 100} %)`)
  const columns = world.channels.map(({ lagMs }) => `on ${lagMs / 60_000} min`)
  return [
    `${size.skus} SKUs over ${size.days} days, seeds ${seeds.join(', ')}; channels by lag and share of the demand: ${lags.join(', ')}.`,
    '',
    `| policy | oversold | ${columns.join(' | ')} | units withheld | turned away | sold |`,
    `|---|---|${world.channels.map(() => '---|').join('')}---|---|---|`,
    ...compared.map((each) => rowOf(each, seeds.length)),
    '',
    ...sentencesOf(compared),
  ].join('\n')
}

function rowOf({ policy, outcome }: Compared, worlds: number): string {
  const { oversold, oversoldOn, withheld, turnedAway, sold } = outcome
  const cells = [policy.name, oversold, ...oversoldOn, (withheld / worlds).toFixed(2), turnedAway, sold]
  return `| ${cells.join(' | ')} |`
}

const begin = '<!-- npm run simulate:buffers -->'
const end = '<!-- end -->'

/** The page with the report between its marks. */
export function withReport(page: string, report: string): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error('the page has no place for the report')
  return `${page.slice(0, from + begin.length)}\n\n${report}\n\n${page.slice(to)}`
}
