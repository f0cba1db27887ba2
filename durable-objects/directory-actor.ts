import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../src/env.ts'

export class DirectoryActor extends DurableObject<Env> {}
