import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { testApiKey, testDevToken } from '../fixtures/config.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post, send } from './send.ts'

let env: Env
let printed: string[]

beforeAll(async () => {
  const { secrets } = await seedConfig()
  env = { ...bindings, CROSSDOCK_SECRETS: JSON.stringify(secrets) }
})
beforeEach(() => {
  printed = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      printed.push(args.map(String).join(' '))
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** An actor namespace whose every call fails with a message that quotes what it was given. */
function quoting(): DurableObjectNamespace {
  const fails = (...args: unknown[]) => Promise.reject(new TypeError(`cannot store ${JSON.stringify(args)}`))
  const stub = new Proxy({}, { get: () => fails })
  return { idFromName: (name: string) => name, get: () => stub } as unknown as DurableObjectNamespace
}

const personal = {
  ...examples.order,
  customer: { externalId: 'C-1', name: 'Adaeze Okonkwo', email: 'adaeze@mail.example' },
  shipTo: { ...examples.order.shipTo, name: 'Adaeze Okonkwo', line1: '77 Juniper Lane', phone: '+1 207 555 0134' },
}
const secrets = [testApiKey, testDevToken, 'shopify-secret', 'shpat_test', 'tryton-password', 'whsec_', 'Bearer']
const personalData = ['Adaeze', 'Okonkwo', 'adaeze@mail.example', 'Juniper', '555 0134', '12 Quay Road', 'stores@']

describe('what is printed', () => {
  it('holds no secret and no personal data, whatever goes wrong', async () => {
    const broken = { ...env, ORDER: quoting(), INBOX: quoting(), RESERVATION: quoting() }
    const failed = await post('/v1/orders', personal, {}, broken)
    await post('/v1/orders', { ...personal, extra: 'adaeze@mail.example' })
    await post('/v1/orders', `{"customer": "Adaeze Okonkwo"`)
    await get('/v1/orders?externalId=adaeze@mail.example')
    await get('/v1/nothing/Adaeze%20Okonkwo?email=adaeze@mail.example')
    await post('/v1/orders', personal, { authorization: 'Bearer whsec_somebody-elses' })
    await post('/v1/orders', personal, { 'idempotency-key': 'Adaeze Okonkwo' })
    await send('/v1/webhooks/shopify-us', { method: 'POST', body: JSON.stringify(personal) }, env)
    const text = printed.join('\n')
    expect(failed.status).toBe(500)
    expect(printed.length).toBeGreaterThan(5)
    for (const word of [...secrets, ...personalData]) expect(text, word).not.toContain(word)
  })

  it('is one JSON object a line, with the correlation id of the request', async () => {
    await get('/v1/nothing', { 'x-correlation-id': 'find-me-again' })
    expect(printed.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'request_refused',
        correlationId: 'find-me-again',
        status: 404,
      }),
    ])
  })

  it('says where an error was thrown, and the answer does not', async () => {
    const broken = { ...env, ORDER: quoting() }
    const response = await post('/v1/orders', personal, {}, broken)
    const threw = printed.map((line) => JSON.parse(line)).find((line) => line.event === 'handler_threw')
    expect(threw).toMatchObject({ level: 'error', error: 'TypeError' })
    expect(threw.frames.length).toBeGreaterThan(0)
    const answer = await response.text()
    expect(answer).not.toMatch(/cannot store|TypeError|\.ts:|Adaeze/)
    expect(JSON.parse(answer)).toMatchObject({ reason: 'internal', status: 500 })
  })

  it('is nothing for a request that went well', async () => {
    await send('/healthz')
    expect(printed).toEqual([])
  })
})
