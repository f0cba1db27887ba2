/** Sends requests to the application as the platform would, with bindings that a test may replace or count. */
import { createExecutionContext } from 'cloudflare:test'
import type { Env } from '../../src/env.ts'
import { app } from '../../src/http/app.ts'
import { testApiKey } from '../fixtures/config.ts'
import { bindings } from './seed-config.ts'

export const bearer = { authorization: `Bearer ${testApiKey}` }
export const json = { 'content-type': 'application/json' }

export async function send(path: string, init: RequestInit = {}, env: Env = bindings): Promise<Response> {
  return await app.fetch(new Request(`https://crossdock.example${path}`, init), env, createExecutionContext())
}

export async function post(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  env: Env = bindings,
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return await send(path, { method: 'POST', body: text, headers: { ...bearer, ...json, ...headers } }, env)
}

export async function put(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const init = { method: 'PUT', body: JSON.stringify(body), headers: { ...bearer, ...json, ...headers } }
  return await send(path, init)
}

export async function get(path: string, headers: Readonly<Record<string, string>> = {}, env: Env = bindings) {
  return await send(path, { headers: { ...bearer, ...headers } }, env)
}

/** Bindings whose D1 calls and queue sends are counted as they begin. */
export function counted(env: Env = bindings): { readonly env: Env; readonly calls: string[] } {
  const calls: string[] = []
  const watch = <T extends object>(name: string, binding: T): T =>
    new Proxy(binding, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          calls.push(`${name}.${String(property)}`)
          return Reflect.apply(value, target, args)
        }
      },
    })
  const watched = Object.entries(env).map(([name, binding]) =>
    name === 'DB' || isQueue(binding) ? [name, watch(name, binding as object)] : [name, binding],
  )
  return { env: Object.fromEntries(watched) as Env, calls }
}

function isQueue(binding: unknown): boolean {
  return typeof binding === 'object' && binding !== null && 'sendBatch' in binding
}
