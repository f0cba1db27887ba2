/** What each channel may show of a SKU: the sum it comes to, and each location's part of it. */
import { Card, Empty } from '../design/card.tsx'
import { num, Table } from '../design/table.tsx'
import { spanText, Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import type { ChannelAts } from './network-availability.ts'

type Props = { readonly channels: readonly ChannelAts[]; readonly nowMs: number }

export const SkuChannels = ({ channels, nowMs }: Props) => (
  <Card id="channels" title="Available to sell" note="by channel; open one to see why" live>
    <Table
      look="list"
      columns={[
        'Channel',
        num('To sell'),
        num('Network'),
        num('Threshold'),
        num('Unrouted'),
        num('Cap'),
        num('Buffer'),
        'Why',
      ]}
      rows={channels.map((channel) => <ChannelRow channel={channel} nowMs={nowMs} />)}
      empty={<Empty title="No channel sells yet">Channels are accounts of the configuration.</Empty>}
    />
  </Card>
)

const ChannelRow = ({ channel, nowMs }: { channel: ChannelAts; nowMs: number }) => {
  const { account, terms } = channel
  return (
    <tr>
      <th scope="row">
        {account.name || account.id}
        {account.group !== undefined && <span class="faint id">group {account.group}</span>}
      </th>
      <td class={`num strong${terms.ats === 0 ? ' faint' : ''}`}>{units(terms.ats)}</td>
      <td class="num">{units(terms.network)}</td>
      <td class="num">{minus(terms.threshold)}</td>
      <td class="num">{minus(terms.unrouted)}</td>
      <td class="num">{terms.cap === null ? <span class="faint">none</span> : units(terms.cap)}</td>
      <td class="num">{minus(terms.buffer)}</td>
      <td>
        <details>
          <summary>{terms.excluded ? 'Excluded from this channel' : sentenceOf(channel)}</summary>
          <Why channel={channel} nowMs={nowMs} />
        </details>
      </td>
    </tr>
  )
}

function sentenceOf({ terms, notCounted }: ChannelAts): string {
  const counted = `${terms.locations.length} of ${terms.locations.length + notCounted.length} locations count`
  if (terms.cap !== null && terms.network - terms.threshold - terms.unrouted > terms.cap) return `${counted}; capped`
  return counted
}

const Why = ({ channel: { terms, buffer, notCounted }, nowMs }: { channel: ChannelAts; nowMs: number }) => (
  <div class="terms">
    <Table
      columns={[
        'Location',
        ...['On hand', 'Supply', 'Promised', 'Waiting', 'Safety', 'Protected', 'Free'].map(num),
        'As of',
      ]}
      rows={terms.locations.map(({ location, version, asOfMs, terms: own }) => (
        <tr>
          <th scope="row">
            {location} <span class="faint mono">v{version}</span>
          </th>
          <td class="num">{units(own.onHand)}</td>
          <td class="num">{own.supply === 0 ? '0' : `+${units(own.supply)}`}</td>
          {[own.promised, own.waiting, own.safetyStock, own.protectedForOthers].map((taken) => (
            <td class="num">{minus(taken)}</td>
          ))}
          <td class="num strong">{units(own.units)}</td>
          <td>
            <Time atMs={asOfMs} nowMs={nowMs} />
          </td>
        </tr>
      ))}
    />
    {notCounted.map(({ location, reason }) => (
      <p class="faint">
        {location} does not count: {words(reason).toLowerCase()}.
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

const units = (quantity: number) => quantity.toLocaleString('en-US')
const minus = (quantity: number) => (quantity === 0 ? '0' : `−${units(quantity)}`)
