import { beforeAll, describe, expect, it } from 'vitest'
import { activePointerKey, forgetConfig } from '../../src/config/active-config.ts'
import { ownPath } from '../../src/http/ops/session/session-routes.tsx'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { demoNowMs, Visitor } from './ops-visitor.ts'
import { bindings, seedConfig } from './seed-config.ts'

const world = demoWorld(demoNowMs())
const orderUrl = `/ops/orders/${encodeURIComponent(demoOrderId('released'))}`

beforeAll(async () => {
  await seedConfig()
  await world.project(await migratedDb())
})

describe('the door', () => {
  it('sends a stranger to sign in and remembers where they wanted to go', async () => {
    const response = await new Visitor(world).send('/ops/orders?status=on_hold')
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/ops/sign-in?back=%2Fops%2Forders%3Fstatus%3Don_hold')
  })

  it.each(['/ops', '/ops/deliveries', '/ops/exceptions', orderUrl])('shows %s to nobody unknown', async (path) => {
    const response = await new Visitor(world).send(path)
    expect(response.status).toBe(303)
    expect(await response.text()).not.toContain('Harbour Supply')
  })

  it.each(['/retry', '/cancel', '/hold', '/release-hold'])('lets nobody unknown %s an order', async (action) => {
    const visitor = new Visitor(world)
    await visitor.page('/ops/sign-in')
    const response = await visitor.post(`${orderUrl}${action}`, { reason: 'because', hold: 'manual-1' })
    expect(response.status).toBe(401)
    expect(world.commands).toEqual([])
  })

  it('opens with the development token and goes on to where the person wanted to be', async () => {
    const visitor = new Visitor(world)
    await visitor.page('/ops/sign-in?back=%2Fops%2Fexceptions')
    const response = await visitor.post('/ops/sign-in', {
      token: 'test-dev-token-0123456789abcdef',
      back: '/ops/exceptions',
    })
    expect(response.headers.get('location')).toBe('/ops/exceptions')
    expect(await visitor.page('/ops')).toContain('<h1>Overview</h1>')
  })

  it('stays closed for a wrong token, and says so', async () => {
    const visitor = new Visitor(world)
    const response = await visitor.signIn('not-the-token')
    expect(response.status).toBe(401)
    expect(await response.text()).toContain('That token is not the one.')
    expect((await visitor.send('/ops')).status).toBe(303)
  })

  it('keeps the session in a cookie that script cannot read and other sites cannot send', async () => {
    const response = await new Visitor(world).signIn()
    const cookie = response.headers.getSetCookie().find((entry) => entry.startsWith('crossdock_ops='))
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).toMatch(/Secure/)
  })

  it('closes behind a person who signs out', async () => {
    const visitor = await Visitor.signedIn(world)
    await visitor.page('/ops')
    const response = await visitor.post('/ops/sign-out')
    expect(response.headers.get('location')).toBe('/ops/sign-in')
    expect((await visitor.send('/ops')).status).toBe(303)
  })

  it.each([
    '//evil.example/ops',
    'https://evil.example/ops',
    'javascript:alert(1)',
    '/\\evil.example',
    '/opsx',
    '/v1/orders',
    '/ops/../v1/orders',
  ])('never leads to %s after signing in', (path) => expect(ownPath(path)).toBe('/ops'))

  it.each(['/ops', '/ops/orders?q=1', '/ops?window=1h'])('leads back to %s', (path) => expect(ownPath(path)).toBe(path))
})

describe('every page', () => {
  it('forbids inline script and style, other hosts, framing, and the cache', async () => {
    const visitor = await Visitor.signedIn(world)
    for (const path of ['/ops', '/ops/orders', orderUrl, '/ops/deliveries', '/ops/exceptions', '/ops/nothing-here']) {
      const { headers } = await visitor.send(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('weighs less than 60 KB', async () => {
    const visitor = await Visitor.signedIn(world)
    for (const path of ['/ops', '/ops/orders', orderUrl, '/ops/deliveries', '/ops/exceptions?status=all']) {
      expect((await visitor.page(path)).length, path).toBeLessThan(60_000)
    }
  })

  it('is painted in the colours that the person chose, from the first byte', async () => {
    const visitor = await Visitor.signedIn(world)
    expect(await visitor.page('/ops')).not.toContain('data-theme')
    await visitor.post('/ops/theme', { theme: 'dark', back: '/ops' })
    expect(await visitor.page('/ops')).toContain('<html lang="en" data-theme="dark">')
  })

  it('is found with and without a slash at the end', async () => {
    const visitor = await Visitor.signedIn(world)
    expect((await visitor.send('/ops/')).headers.get('location')).toBe('/ops')
    expect((await visitor.send('/ops/orders/')).headers.get('location')).toBe('/ops/orders')
  })

  it('answers an address that does not exist with a page that leads on', async () => {
    const visitor = await Visitor.signedIn(world)
    const response = await visitor.send('/ops/nothing-here')
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('There is no such page')
  })
})

describe('a deployment without configuration', () => {
  it('says what is missing instead of failing', async () => {
    const visitor = await Visitor.signedIn(world)
    await bindings.CONFIG.delete(activePointerKey)
    forgetConfig()
    const response = await visitor.send('/ops')
    await seedConfig()
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('scripts/configure.ts')
  })
})

describe('a form', () => {
  it('is refused without the token of this browser', async () => {
    const visitor = await Visitor.signedIn(world)
    await visitor.page(orderUrl)
    const before = world.commands.length
    const response = await visitor.post(`${orderUrl}/retry`, { form_token: '0'.repeat(64) })
    expect(response.status).toBe(403)
    expect(world.commands.length).toBe(before)
  })

  it.each(['https://evil.example', 'null', ''])('is refused when it comes from "%s"', async (foreign) => {
    const visitor = await Visitor.signedIn(world)
    await visitor.page(orderUrl)
    const before = world.commands.length
    const response = await visitor.post(`${orderUrl}/retry`, {}, { origin: foreign })
    expect(response.status).toBe(403)
    expect(world.commands.length).toBe(before)
  })

  it('is refused when it is larger than any form of ours', async () => {
    const visitor = await Visitor.signedIn(world)
    await visitor.page(orderUrl)
    const response = await visitor.post(`${orderUrl}/cancel`, { reason: 'x'.repeat(20_000) })
    expect(response.status).toBe(403)
  })
})
