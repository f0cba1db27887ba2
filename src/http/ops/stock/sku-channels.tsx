/** What each channel may show of a SKU: the sum it comes to, and each location's part of it. */
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { spanText, Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import type { SortingOf } from '../sorting.ts'
import type { ChannelAts } from './network-availability.ts'

type NameOf = (location: string) => string
type Props = {
  readonly channels: readonly ChannelAts[]
  readonly nameOf: NameOf
  readonly sorting: SortingOf
  readonly nowMs: number
}

export const SkuChannels = ({ channels, nameOf, sorting, nowMs }: Props) => (
  <Card id="channels" title="Available to sell" note="by channel; open one to see why" live>
    <ItemTable
      items={channels}
      columns={columnsOf(nameOf, nowMs)}
      sorting={sorting('channels')}
      empty={<Empty title="No channel sells yet">Channels are accounts of the configuration.</Empty>}
    />
  </Card>
)

const columnsOf = (nameOf: NameOf, nowMs: number): readonly ItemColumn<ChannelAts>[] => {
  const taken = (name: string, of: (terms: ChannelAts['terms']) => number): ItemColumn<ChannelAts> => ({
    ...{ name, look: 'num', sortBy: ({ terms }) => of(terms), cell: ({ terms }) => minus(of(terms)) },
  })
  return [
    {
      name: 'Channel',
      sortBy: ({ account }) => account.name || account.id,
      cell: ({ account }) => (
        <>
          {account.name || account.id}
          {account.group !== undefined && <span class="faint id">group {account.group}</span>}
        </>
      ),
    },
    {
      name: 'To sell',
      look: 'num strong',
      sortBy: ({ terms }) => terms.ats,
      cell: ({ terms }) => <span class={terms.ats === 0 ? 'faint' : undefined}>{units(terms.ats)}</span>,
    },
    {
      name: 'Network',
      look: 'num',
      sortBy: ({ terms }) => terms.network,
      cell: ({ terms }) => units(terms.network),
    },
    taken('Threshold', ({ threshold }) => threshold),
    taken('Unrouted', ({ unrouted }) => unrouted),
    {
      name: 'Cap',
      look: 'num',
      sortBy: ({ terms }) => terms.cap,
      cell: ({ terms }) => (terms.cap === null ? <span class="faint">none</span> : units(terms.cap)),
    },
    taken('Buffer', ({ buffer }) => buffer),
    {
      name: 'Why',
      look: 'whole plain',
      cell: (channel) => (
        <details id={`why-${channel.account.id}`}>
          <summary>{channel.terms.excluded ? 'Excluded from this channel' : sentenceOf(channel)}</summary>
          <Why channel={channel} nameOf={nameOf} nowMs={nowMs} />
        </details>
      ),
    },
  ]
}

function sentenceOf({ terms, notCounted }: ChannelAts): string {
  const counted = `${terms.locations.length} of ${terms.locations.length + notCounted.length} locations count`
  if (terms.cap !== null && terms.network - terms.threshold - terms.unrouted > terms.cap) return `${counted}; capped`
  return counted
}

type WhyProps = { readonly channel: ChannelAts; readonly nameOf: NameOf; readonly nowMs: number }

const Why = ({ channel: { terms, buffer, notCounted }, nameOf, nowMs }: WhyProps) => (
  <div class="terms">
    <ItemTable look="" items={terms.locations} columns={termColumns(nameOf, nowMs)} />
    {notCounted.map(({ location, reason }) => (
      <p class="faint">
        <span title={location}>{nameOf(location)}</span> does not count: {words(reason).toLowerCase()}.
      </p>
    ))}
    {buffer !== null && (
      <p class="soft">
        Buffer {buffer.buffer}: the larger of {buffer.static} fixed and ⌈λL + z√(λL)⌉ with λ ={' '}
        {buffer.unitsPerHour.toFixed(1)} units an hour, L = {spanText(buffer.lagMs)} and z = {buffer.z}.
      </p>
    )}
  </div>
)

type Counted = ChannelAts['terms']['locations'][number]

function termColumns(nameOf: NameOf, nowMs: number): readonly ItemColumn<Counted>[] {
  const taken = (name: string, of: (terms: Counted['terms']) => number): ItemColumn<Counted> => ({
    ...{ name, look: 'num', cell: ({ terms }) => minus(of(terms)) },
  })
  return [
    {
      name: 'Location',
      cell: ({ location, version }) => (
        <>
          {nameOf(location)} <span class="faint mono">{location}</span>{' '}
          <span class="faint mono" title="Version of the position">
            v{version}
          </span>
        </>
      ),
    },
    { name: 'On hand', look: 'num', cell: ({ terms }) => units(terms.onHand) },
    { name: 'Supply', look: 'num', cell: ({ terms }) => (terms.supply === 0 ? '0' : `+${units(terms.supply)}`) },
    taken('Promised', ({ promised }) => promised),
    taken('Waiting', ({ waiting }) => waiting),
    taken('Safety', ({ safetyStock }) => safetyStock),
    taken('Protected', ({ protectedForOthers }) => protectedForOthers),
    { name: 'Free', look: 'num strong', cell: ({ terms }) => units(terms.units) },
    { name: 'As of', cell: ({ asOfMs }) => <Time atMs={asOfMs} nowMs={nowMs} /> },
  ]
}

const units = (quantity: number) => quantity.toLocaleString('en-US')
const minus = (quantity: number) => (quantity === 0 ? '0' : `−${units(quantity)}`)
