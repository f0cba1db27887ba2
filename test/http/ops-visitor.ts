/** A person at a browser, as far as the server can tell: cookies are kept, forms carry what the page put in. */
import { createExecutionContext } from 'cloudflare:test'
import { afterAll, beforeAll, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { app } from '../../src/http/app.ts'
import { testDevToken } from '../fixtures/config.ts'
import { demoConfig } from '../fixtures/console/demo-config.ts'
import type { ConsoleWorld } from '../fixtures/console/world.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { bindings, seedConfig } from './seed-config.ts'

const origin = 'https://crossdock.example'

/** The actors that the console finds; `realWorld` is the ones of the worker under test. */
type World = { env(bindings: Env): Env }
export const realWorld: World = { env: (own) => own }

/**
 * When everything of the demo has happened; call it at the top of a test file. Pages say how long ago things were and
 * count what came in since, so the clock stands still from then on, a few seconds later.
 */
export function demoNowMs(): number {
  const nowMs = Date.UTC(2026, 10, 3, 14)
  const clock = vi.spyOn(Date, 'now').mockReturnValue(nowMs)
  beforeAll(() => void clock.mockReturnValue(nowMs + 5_000))
  afterAll(() => clock.mockRestore())
  return nowMs
}

/** The demo's company and all that happened in it. */
export async function seedDemo(world: ConsoleWorld): Promise<void> {
  await seedConfig(demoConfig)
  await world.project(await migratedDb())
}

/** What a person reads: no tags, spaces run together. */
export const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'")
/** One card of a page. */
export const cardOf = (html: string, id: string) =>
  textOf(new RegExp(`<section[^>]*id="${id}".*?</section>`, 's').exec(html)?.[0] ?? '')

export class Visitor {
  readonly #cookies = new Map<string, string>()
  readonly #world: World
  /** The token that the last page put into its forms. */
  formToken = ''

  constructor(world: World) {
    this.#world = world
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const request = new Request(`${origin}${path}`, { ...init, headers, redirect: 'manual' })
    const response = await app.fetch(request, this.#world.env(bindings), createExecutionContext())
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
    return response
  }

  #keep(cookie: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (name === undefined || value === undefined) return
    if (value === '') this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }

  async page(path: string): Promise<string> {
    const response = await this.send(path)
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
    const html = await response.text()
    this.formToken = /name="form_token" value="([0-9a-f]{64})"/.exec(html)?.[1] ?? this.formToken
    return html
  }

  /** `headers` may say that the form was sent from elsewhere. */
  post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Record<string, string> = {}) {
    const body = new URLSearchParams({ form_token: this.formToken, ...fields }).toString()
    const own = { origin, 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }
    return this.send(path, { method: 'POST', body, headers: { ...own, ...headers } })
  }

  async signIn(token = testDevToken): Promise<Response> {
    await this.page('/ops/sign-in')
    return await this.post('/ops/sign-in', { token, back: '/ops' })
  }

  static async signedIn(world: World): Promise<Visitor> {
    const visitor = new Visitor(world)
    await visitor.signIn()
    return visitor
  }
}
