import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identify } from '../../../src/connectors/easypost/identify.ts'
import { easypost } from '../../../src/connectors/easypost/index.ts'
import { trackingStatusOf } from '../../../src/connectors/easypost/status.ts'
import { translate } from '../../../src/connectors/easypost/translate.ts'
import { verify } from '../../../src/connectors/easypost/verify.ts'
import type { RawRequest, StoredDelivery } from '../../../src/connectors/ports.ts'
import { accountSchema } from '../../../src/domain/config/config.ts'
import { corpusFiles, corpusIsThere, sayIfCorpusIsMissing } from '../../fixtures/corpus.ts'

const account = accountSchema.parse({
  id: 'easypost',
  partner: 'easypost',
  role: 'carrier',
  secrets: { webhook: 'easypost-webhook' },
})
const secret = 'easypost-secret'
const body = '{"id":"evt_7","description":"tracker.updated"}'
const sign = (text: string, key: string) =>
  `hmac-sha256-hex=${createHmac('sha256', key.normalize('NFKD')).update(text, 'utf8').digest('hex')}`

function request(text: string, header: string | undefined = sign(text, secret)): RawRequest {
  return {
    method: 'POST',
    url: new URL('http://127.0.0.1/v1/webhooks/easypost'),
    headers: header === undefined ? {} : { 'x-hmac-signature': header },
    body: new TextEncoder().encode(text),
  }
}

describe('an EasyPost delivery is verified', () => {
  const check = (raw: RawRequest, key: string = secret) => verify(raw, account, { 'easypost-webhook': key })

  it('over its raw bytes', async () => {
    expect(await check(request(body))).toBe(true)
    expect(await check(request(`${body}\n`, sign(body, secret)))).toBe(false)
  })

  it('with a secret that is normalised to NFKD, as a vector computed elsewhere shows', async () => {
    const vector = 'hmac-sha256-hex=a3bc8d5b8ff6b97a3a7dff3feecdc8de0f64f899bb4a7dadf6c4190262be10c9'
    expect(await check(request(body, vector), 'ﬁsh-½')).toBe(true)
    const unnormalised = 'hmac-sha256-hex=bf97e31d4cf8029ebcf26536f49a930a53edfcbabf4c10059eb810ec57c46b04'
    expect(await check(request(body, unnormalised), 'ﬁsh-½')).toBe(false)
  })

  it('not without its header, its prefix, or the secret, and not with somebody else’s', async () => {
    const bare = createHmac('sha256', secret).update(body).digest('hex')
    expect(await check({ ...request(body), headers: {} })).toBe(false)
    expect(await check(request(body, bare))).toBe(false)
    expect(await check(request(body, 'hmac-sha256-hex='))).toBe(false)
    expect(await check(request(body, sign(body, 'another')))).toBe(false)
    expect(await check(request(body), '')).toBe(false)
    expect(await verify(request(body), account, {})).toBe(false)
    expect(await verify(request(body), { ...account, secrets: {} }, { 'easypost-webhook': secret })).toBe(false)
  })

  it('not in base64', async () => {
    const base64 = createHmac('sha256', secret).update(body).digest('base64')
    expect(await check(request(body, `hmac-sha256-hex=${base64}`))).toBe(false)
  })
})

const tracker = {
  id: 'trk_1',
  object: 'Tracker',
  mode: 'test',
  tracking_code: 'EZ1000000001',
  status: 'in_transit',
  status_detail: 'arrived_at_facility',
  carrier: 'USPS',
  updated_at: '2026-11-02T10:20:30Z',
  weight: 614.4,
}
const event = (change: object = {}, result: object = {}) => ({
  id: 'evt_1',
  object: 'Event',
  mode: 'test',
  description: 'tracker.updated',
  created_at: '2026-11-02T10:20:31Z',
  result: { ...tracker, ...result },
  ...change,
})
const delivery = (payload: unknown, topic = 'tracker.updated'): StoredDelivery => ({
  topic,
  headers: {},
  body: typeof payload === 'string' ? payload : JSON.stringify(payload),
  receivedAtMs: 1_793_000_000_000,
})
const refusalOf = (payload: unknown, topic?: string) => {
  const translated = translate(delivery(payload, topic))
  return translated.ok ? null : translated.error
}

describe('an EasyPost event is identified', () => {
  it('by its own id, and goes with the other events of its parcel', async () => {
    const identified = await identify(request(JSON.stringify(event())))
    expect(identified).toMatchObject({
      ok: true,
      value: { kind: 'delivery', domain: 'shipments', topic: 'tracker.updated', shardKey: 'EZ1000000001' },
    })
    const again = await identify(request(JSON.stringify(event({ status: 'in_queue' }))))
    const firstKey = (from: typeof again) =>
      from.ok && from.value.kind === 'delivery' ? from.value.dedupeKeys[0] : null
    expect(firstKey(again)).toBe(firstKey(identified))
  })

  it('although nothing in it can be read', async () => {
    expect(await identify(request('not JSON'))).toMatchObject({ ok: true, value: { topic: 'unreadable' } })
  })
})

describe('an EasyPost event is translated', () => {
  it('to what the carrier says of the parcel, with the raw status beside ours', () => {
    expect(translate(delivery(event()))).toEqual({
      ok: true,
      value: {
        events: [
          {
            type: 'tracking_updated',
            trackingNumber: 'EZ1000000001',
            carrier: 'USPS',
            status: 'in_transit',
            rawStatus: 'in_transit/arrived_at_facility',
            atMs: Date.parse('2026-11-02T10:20:30Z'),
          },
        ],
        drift: [],
      },
    })
  })

  it.each([
    ['pre_transit', null, 'label_created'],
    ['in_transit', 'picked_up', 'picked_up'],
    ['failure', 'delivery_attempted', 'delivery_attempt_failed'],
    ['failure', null, 'exception'],
    ['return_to_sender', null, 'returned'],
    ['error', null, 'exception'],
    ['teleported', null, 'unknown'],
    ['constructor', null, 'unknown'],
  ])('status %s, detail %s as %s', (status, detail, expected) => {
    expect(trackingStatusOf(status, detail)).toBe(expected)
  })

  it('names what it does not know as drift and reads the rest', () => {
    const translated = translate(delivery(event({ surprise: 1 }, { mood: 'good' })))
    expect(translated.ok && translated.value.drift).toEqual(['result.mood', 'surprise'])
  })

  it('takes a time without an offset as UTC', () => {
    const translated = translate(delivery(event({}, { updated_at: '2026-11-02T10:20:30' })))
    expect(translated).toMatchObject({ value: { events: [{ atMs: Date.parse('2026-11-02T10:20:30Z') }] } })
  })

  it('only when it is about a tracker, and refuses the rest with its reason', () => {
    expect(refusalOf(event({ description: 'batch.created' }), 'batch.created')?.reason).toBe('unsupported_topic')
    expect(refusalOf('{"a":')?.reason).toBe('malformed_json')
    expect(refusalOf({ ...event(), result: undefined })).toMatchObject({ reason: 'missing_field', field: 'result' })
    expect(refusalOf(event({}, { tracking_code: 'with space' }))).toMatchObject({ field: 'result.tracking_code' })
    expect(refusalOf(event({}, { updated_at: 'yesterday' }))).toMatchObject({ field: 'result.updated_at' })
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(translate(delivery(text)).ok).toBe(false)
      }),
    )
  })
})

sayIfCorpusIsMissing('published EasyPost payloads')
describe.skipIf(!corpusIsThere)('published EasyPost payloads', () => {
  const files = corpusFiles('easypost')

  it('are there', () => expect(files.length).toBeGreaterThan(20))

  it('are each parsed or refused with a reason, as whatever they say they are and as tracker events', async () => {
    for (const file of files) {
      const identified = await easypost.inbound?.identify(request(file.text), account)
      const said = identified?.ok && identified.value.kind === 'delivery' ? identified.value.topic : 'unreadable'
      for (const topic of [said, 'tracker.created', 'tracker.updated']) {
        const translated = translate(delivery(file.text, topic))
        if (translated.ok) expect(translated.value.events, file.name).toHaveLength(1)
        else expect(translated.error.reason, file.name).toMatch(/^[a-z_]+$/)
      }
    }
  })

  it('hold trackers that become tracking once an event carries them', () => {
    const trackers = files.flatMap((file) => trackersIn(safeParse(file.text)))
    expect(trackers.length).toBeGreaterThan(2)
    for (const found of trackers) {
      const translated = translate(delivery({ ...event(), result: found }))
      expect(translated).toMatchObject({ ok: true, value: { events: [{ trackingNumber: found.tracking_code }] } })
    }
  })
})

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function trackersIn(value: unknown): { readonly tracking_code: unknown }[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(trackersIn)
  return 'object' in value && value.object === 'Tracker' && 'tracking_code' in value ? [value, ...inner] : inner
}
