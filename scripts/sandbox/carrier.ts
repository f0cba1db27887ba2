/**
 * A sandbox carrier: gives tracking numbers, then tells Crossdock how each parcel travels, as EasyPost's signed tracker
 * events, until it is delivered.
 */
import { createHmac } from 'node:crypto'
import { json, type SandboxAnswer, type SandboxOptions, type SandboxRequest, startSandbox } from './control.ts'
import { type Habits, messageSender } from './message-sender.ts'

export type CarrierOptions = SandboxOptions & {
  /** Where events go, such as `http://127.0.0.1:8787/v1/webhooks/easypost`; null sends none. */
  readonly webhookUrl: string | null
  readonly webhookSecret: string
  /** Between two stations of a parcel. */
  readonly stepMs?: number
  readonly habits?: Partial<Habits>
}
export type Parcel = {
  readonly reference: string
  readonly carrier: string
  readonly trackingNumber: string
  status: string
}

const stations = [
  { status: 'pre_transit', detail: 'label_created' },
  { status: 'in_transit', detail: 'arrived_at_facility' },
  { status: 'out_for_delivery', detail: 'out_for_delivery' },
  { status: 'delivered', detail: 'arrived_at_destination' },
] as const
const referenceLengthMax = 200

export async function startCarrier(options: CarrierOptions) {
  const parcels = new Map<string, Parcel>()
  const timers = new Set<NodeJS.Timeout>()
  const sender = messageSender({
    url: options.webhookUrl,
    idPrefix: 'evt',
    sign: (_id, body) => ({ 'x-hmac-signature': signatureOf(options.webhookSecret, body) }),
    seed: (options.seed ?? 1) ^ 0xca44,
    ...(options.habits ? { habits: options.habits } : {}),
  })

  function travel(parcel: Parcel, at: number): void {
    const station = stations[at]
    if (!station) return
    parcel.status = station.status
    sender.send(eventOf(parcel, station, at, sender.messages.length + 1))
    const timer = setTimeout(() => {
      timers.delete(timer)
      travel(parcel, at + 1)
    }, options.stepMs ?? 500)
    timers.add(timer)
  }

  /** The same reference is the same parcel: a warehouse that asks twice gets one label. */
  function label(request: SandboxRequest): SandboxAnswer {
    const { reference, carrier } = JSON.parse(request.body.toString('utf8'))
    if (typeof reference !== 'string' || reference === '' || reference.length > referenceLengthMax) {
      return json(422, { reason: 'invalid_reference' })
    }
    const known = parcels.get(reference)
    if (known) return json(200, known)
    const trackingNumber = `EZ${String(parcels.size + 1).padStart(10, '0')}`
    const parcel: Parcel = { reference, carrier: String(carrier ?? 'UPS'), trackingNumber, status: 'new' }
    parcels.set(reference, parcel)
    travel(parcel, 0)
    return json(201, parcel)
  }

  const server = await startSandbox(
    {
      operationOf: (request) => `${request.method} ${request.url.pathname}`,
      handle: (request) =>
        request.method === 'POST' && request.url.pathname === '/v1/labels' ? label(request) : { status: 404 },
      report: () => ({ parcels: parcels.size, delivered: countDelivered(parcels), pending: sender.pending() }),
      configure: ({ habits }) => sender.behave((habits as Partial<Habits>) ?? {}),
    },
    options,
  )
  const stop = async () => {
    sender.stop()
    for (const timer of timers) clearTimeout(timer)
    await server.stop()
  }
  return {
    ...server,
    parcels: () => [...parcels.values()],
    messages: sender.messages,
    behave: sender.behave,
    pending: sender.pending,
    stop,
  }
}
export type CarrierSandbox = Awaited<ReturnType<typeof startCarrier>>

function countDelivered(parcels: ReadonlyMap<string, Parcel>): number {
  return [...parcels.values()].filter((parcel) => parcel.status === 'delivered').length
}

function signatureOf(secret: string, body: string): string {
  return `hmac-sha256-hex=${createHmac('sha256', secret.normalize('NFKD')).update(body, 'utf8').digest('hex')}`
}

function eventOf(parcel: Parcel, station: (typeof stations)[number], at: number, number: number): string {
  const now = new Date().toISOString()
  return JSON.stringify({
    id: `evt_${String(number).padStart(32, '0')}`,
    object: 'Event',
    mode: 'test',
    description: at === 0 ? 'tracker.created' : 'tracker.updated',
    status: 'pending',
    created_at: now,
    updated_at: now,
    previous_attributes: {},
    result: {
      id: `trk_${parcel.trackingNumber}`,
      object: 'Tracker',
      mode: 'test',
      tracking_code: parcel.trackingNumber,
      status: station.status,
      status_detail: station.detail,
      created_at: now,
      updated_at: now,
      carrier: parcel.carrier,
      tracking_details: [],
    },
  })
}
