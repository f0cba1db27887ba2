import { describe, expect, it, vi } from 'vitest'
import { AlarmClock } from '../../durable-objects/alarm-clock.ts'
import { CommandMemory, commandMemoryTable, commandRetentionMs } from '../../durable-objects/command-memory.ts'
import { type Disposition, drainNoting, drainOutbox } from '../../durable-objects/drain-outbox.ts'
import { EventLog, eventLogTable } from '../../durable-objects/event-log.ts'
import { Migrations } from '../../durable-objects/migrations.ts'
import { type OrderEffect, oweIntents } from '../../durable-objects/order-effects.ts'
import { Outbox, outboxIndex, outboxTable } from '../../durable-objects/outbox.ts'
import { PromptDrain } from '../../durable-objects/prompt-drain.ts'
import { Timers, timersTable } from '../../durable-objects/timers.ts'
import type { Decision } from '../../src/domain/order/decide.ts'
import { openedIntent } from '../../src/domain/order/open-intent.ts'
import { emptyDocument } from '../../src/domain/order/order-document.ts'
import type { Intent } from '../../src/domain/outbox/intent.ts'
import { accountId } from '../../src/domain/shared/ids.ts'
import { inStorage } from '../fixtures/in-storage.ts'
import { capturedOrder } from '../fixtures/order-state.ts'
import { testCause } from '../fixtures/stock-commands.ts'

type Counted = { readonly type: string; readonly n: number }
type Effect = { readonly kind: string; readonly n: number }

const steps = [{ id: 1, statements: [eventLogTable, commandMemoryTable, outboxTable, outboxIndex, timersTable] }]

/** A decision with one event, about an intent that now stands like this. */
function decisionAbout(change: Partial<Intent>): Decision {
  const opened = openedIntent(
    { kind: 'erp_create_order', name: '1', account: accountId('erp'), externalId: 'shop:1', subject: null },
    0,
  )
  if (!('intent' in opened)) throw new Error('no intent was opened')
  const intent = { ...opened.intent, ...change }
  const state = { ...capturedOrder('1'), intents: [intent] }
  const document = { ...emptyDocument, version: 1, state }
  return { events: [{ type: 'intent_opened', intent }], effect: 'applied', document }
}

function inTables<Answer>(
  test: (storage: DurableObjectStorage, migrations: Migrations) => Answer | Promise<Answer>,
): Promise<Answer> {
  return inStorage((storage) => {
    const migrations = new Migrations(storage, steps)
    migrations.ensure()
    return test(storage, migrations)
  })
}

const tableNames = (storage: DurableObjectStorage) =>
  [...storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")].map(({ name }) => name)

describe('migrations', () => {
  const first = { id: 1, statements: ['CREATE TABLE one (a INTEGER) STRICT'] }
  const second = { id: 2, statements: ['CREATE TABLE two (a INTEGER) STRICT'] }

  it('create nothing until the first write, and then everything, once', () =>
    inStorage((storage) => {
      const migrations = new Migrations(storage, [first, second])
      expect([migrations.applied, tableNames(storage)]).toEqual([false, []])
      migrations.ensure()
      migrations.ensure()
      expect([migrations.applied, tableNames(storage)]).toEqual([true, ['schema_migration', 'one', 'two']])
    }))

  it('bring an older object up to date as it wakes, keeping its rows', () =>
    inStorage((storage) => {
      new Migrations(storage, [first]).ensure()
      storage.sql.exec('INSERT INTO one VALUES (7)')
      expect(new Migrations(storage, [first, second]).applied).toBe(true)
      expect(tableNames(storage)).toContain('two')
      expect(storage.sql.exec('SELECT a FROM one').one()).toEqual({ a: 7 })
    }))

  it('refuse to run when a step was edited after it had been applied', () =>
    inStorage((storage) => {
      new Migrations(storage, [first]).ensure()
      const edited = { id: 1, statements: ['CREATE TABLE one (b INTEGER) STRICT'] }
      expect(() => new Migrations(storage, [edited])).toThrow('migration 1 was edited')
    }))

  it('refuse steps with gaps in their numbers', () =>
    inStorage((storage) => {
      expect(() => new Migrations(storage, [second])).toThrow('stands at place 1')
    }))

  it('let older code run on newer tables', () =>
    inStorage((storage) => {
      new Migrations(storage, [first, second]).ensure()
      expect(new Migrations(storage, [first]).applied).toBe(true)
    }))

  it('notice that a roll-back took the tables with it', () =>
    inStorage((storage) => {
      const migrations = new Migrations(storage, [first])
      const failing = () =>
        storage.transactionSync(() => {
          migrations.ensure()
          throw new Error('rolled back')
        })
      expect(failing).toThrow('rolled back')
      migrations.forget()
      expect([migrations.applied, tableNames(storage)]).toEqual([false, []])
    }))
})

describe('the event log', () => {
  const three: Counted[] = [1, 2, 3].map((n) => ({ type: 'counted', n }))
  const withThree = (test: (storage: DurableObjectStorage, log: EventLog<Counted>) => void) =>
    inTables((storage, migrations) => {
      const log = new EventLog<Counted>(storage, migrations)
      log.append(three, testCause, 5)
      test(storage, log)
    })

  it('numbers entries without gaps and pages them forwards and backwards', () =>
    withThree((_, log) => {
      expect(log.headSeq).toBe(3)
      const page = log.page(0, 2)
      expect(page.entries.map(({ seq, atMs, type }) => [seq, atMs, type])).toEqual([
        [1, 5, 'counted'],
        [2, 5, 'counted'],
      ])
      expect([page.throughSeq, page.more]).toEqual([2, true])
      expect(log.page(2, 2)).toMatchObject({ throughSeq: 3, more: false, entries: [{ seq: 3, cause: testCause }] })
      expect(log.page(3, 2)).toEqual({ entries: [], throughSeq: 3, more: false })
      expect(log.latest(2, null).map(({ seq }) => seq)).toEqual([3, 2])
      expect(log.latest(2, 2).map(({ seq }) => seq)).toEqual([1])
    }))

  it('answers from nothing when there are no tables', () =>
    inStorage((storage) => {
      const log = new EventLog<Counted>(storage, new Migrations(storage, steps))
      expect(log.page(0, 10)).toEqual({ entries: [], throughSeq: 0, more: false })
      expect(log.verify()).toMatchObject({ entries: 0, valid: true, brokenAtSeq: null })
    }))

  it('goes on from the stored head in a new instance', () =>
    inTables((storage, migrations) => {
      new EventLog<Counted>(storage, migrations).append(three, testCause, 5)
      const later = new EventLog<Counted>(storage, migrations)
      expect(later.append([{ type: 'counted', n: 4 }], testCause, 6)).toBe(4)
      expect(later.verify()).toMatchObject({ entries: 4, valid: true })
    }))

  it.each([
    ['a changed event', `UPDATE event_log SET event = json_set(event, '$.n', 9) WHERE seq = 2`, 2],
    ['a changed time', 'UPDATE event_log SET at_ms = 6 WHERE seq = 2', 2],
    ['a changed cause', `UPDATE event_log SET cause = json_set(cause, '$.id', 'nobody') WHERE seq = 2`, 2],
    ['a changed type', `UPDATE event_log SET type = 'other' WHERE seq = 2`, 2],
    ['a missing entry', 'DELETE FROM event_log WHERE seq = 2', 3],
    ['an unreadable entry', `UPDATE event_log SET event = '{' WHERE seq = 3`, 3],
    ['a cut-off end', 'DELETE FROM event_log WHERE seq = 3', 3],
  ])('does not verify with %s', (_, tamper, brokenAtSeq) =>
    withThree((storage, log) => {
      expect(log.verify().valid).toBe(true)
      storage.sql.exec(tamper)
      expect(log.verify()).toMatchObject({ valid: false, brokenAtSeq })
    }),
  )

  it('verifies a log longer than its pages', () =>
    inTables((storage, migrations) => {
      const log = new EventLog<Counted>(storage, migrations)
      log.append(
        Array.from({ length: 1_203 }, (_, n) => ({ type: 'counted', n })),
        testCause,
        1,
      )
      expect(log.verify()).toMatchObject({ entries: 1_203, valid: true })
      expect(log.page(0, 5_000).entries).toHaveLength(200)
    }))

  it('reads its head again after a roll-back', () =>
    withThree((storage, log) => {
      const failing = () =>
        storage.transactionSync(() => {
          log.append(three, testCause, 6)
          throw new Error('rolled back')
        })
      expect(failing).toThrow()
      log.forget()
      expect(log.append([{ type: 'counted', n: 4 }], testCause, 7)).toBe(4)
      expect(log.verify().valid).toBe(true)
    }))
})

describe('the command memory', () => {
  it('answers what was remembered, in one query for a batch', () =>
    inTables((storage, migrations) => {
      const memory = new CommandMemory<number>(storage, migrations)
      memory.remember('a', 1, 0)
      memory.remember('b', 2, 0)
      expect(memory.verdictOf('a')).toBe(1)
      expect(memory.verdictOf('c')).toBeNull()
      expect([...memory.verdictsOf(['b', 'c', 'a'])].sort()).toEqual([
        ['a', 1],
        ['b', 2],
      ])
      expect(() => memory.remember('a', 3, 0)).toThrow('UNIQUE')
    }))

  it('forgets by age, a bounded number at a time, and never what is young', () =>
    inTables((storage, migrations) => {
      const memory = new CommandMemory<number>(storage, migrations)
      for (let n = 0; n < 600; n++) memory.remember(`old-${n}`, n, 0)
      for (let n = 0; n < 600; n++) memory.remember(`new-${n}`, n, commandRetentionMs + 1)
      expect(memory.verdictOf('old-0')).toBeNull()
      expect(memory.verdictOf('new-0')).toBe(0)
      const { rows } = storage.sql.exec<{ rows: number }>('SELECT COUNT(*) AS rows FROM command_memory').one()
      expect(rows).toBeLessThan(1_200)
    }))

  it('forgets also in an object that wakes for one command at a time', () =>
    inTables((storage, migrations) => {
      const apartMs = commandRetentionMs / 10
      for (let n = 0; n < 600; n++) new CommandMemory<number>(storage, migrations).remember(`c${n}`, n, n * apartMs)
      const { rows } = storage.sql.exec<{ rows: number }>('SELECT COUNT(*) AS rows FROM command_memory').one()
      expect(rows).toBeLessThan(300)
    }))
})

/** A projection is confirmed by a call later; publication is over when it is sent. */
const confirmLater = async (rows: readonly { effect: Effect }[]): Promise<Disposition> => {
  const kind = rows[0]?.effect.kind
  if (kind === 'bad') throw new Error('queue is down')
  return kind === 'project' ? { againAtMs: 60 } : 'done'
}

/** Rows that were written. */
async function writesOf(storage: DurableObjectStorage, work: () => Promise<void>): Promise<number> {
  const changes = () => storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n
  const before = changes()
  await work()
  return changes() - before
}

describe('the outbox', () => {
  const withOutbox = (test: (outbox: Outbox<Effect>, storage: DurableObjectStorage) => void | Promise<void>) =>
    inTables((storage, migrations) => test(new Outbox<Effect>(storage, migrations), storage))

  it('coalesces rows of one id: the newest effect, the earlier time', () =>
    withOutbox((outbox) => {
      outbox.add('w', { kind: 'wake', n: 1 }, 100, 0)
      outbox.add('w', { kind: 'wake', n: 2 }, 900, 50)
      expect(outbox.nextDueMs()).toBe(100)
      expect(outbox.due(99)).toEqual([])
      expect(outbox.due(100)).toMatchObject([{ id: 'w', effect: { n: 2 }, dueAtMs: 100, createdAtMs: 0 }])
    }))

  it('keeps the time of a call that the order wants anew while its older wake-up was being sent', () =>
    inTables(async (storage, migrations) => {
      const outbox = new Outbox<OrderEffect>(storage, migrations)
      const owe = (notBeforeMs: number, status: Intent['status'], nowMs: number) =>
        oweIntents(outbox, 'shop:1', decisionAbout({ status, notBeforeMs }), nowMs)
      owe(0, 'pending', 0)
      await drainOutbox(
        storage,
        outbox,
        () => 1_000,
        async () => {
          owe(2_000, 'pending', 1_000)
          return { againAtMs: 900_000 }
        },
      )
      expect(outbox.nextDueMs()).toBe(2_000)
      owe(0, 'settled', 3_000)
      expect(outbox.nextDueMs()).toBeNull()
    }))

  it('keeps a row that was written again while its older self was being sent', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('w', { kind: 'wake', n: 1 }, 0, 0)
      await drainOutbox(
        storage,
        outbox,
        () => 1,
        async () => {
          outbox.add('w', { kind: 'wake', n: 2 }, 10, 1)
          return 'done'
        },
      )
      expect(outbox.find('w')?.effect).toEqual({ kind: 'wake', n: 2 })
    }))

  it('takes what came of a row for nothing that came of one of its name since', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('w', { kind: 'wake', n: 1 }, 0, 0)
      const sendLate = async (): Promise<Disposition> => {
        outbox.settle('w')
        outbox.add('w', { kind: 'wake', n: 2 }, 10, 1)
        return 'done'
      }
      await drainOutbox(storage, outbox, () => 1, sendLate)
      expect(outbox.find('w')?.effect).toEqual({ kind: 'wake', n: 2 })
    }))

  it('sends again later what was sent and not confirmed, and drops what was', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('w', { kind: 'wake', n: 1 }, 0, 0)
      await drainOutbox(
        storage,
        outbox,
        () => 1,
        async () => ({ againAtMs: 60 }),
      )
      expect(outbox.nextDueMs()).toBe(60)
      outbox.settle('w')
      expect(outbox.nextDueMs()).toBeNull()
    }))

  it('writes a reminder once until it is handed out, and again when something happens while it is being sent', () =>
    withOutbox(async (outbox, storage) => {
      const remind = (nowMs: number) => outbox.remind('w', { kind: 'wake', n: 1 }, nowMs + 10, nowMs)
      for (const nowMs of [0, 1, 2]) remind(nowMs)
      expect(outbox.find('w')).toMatchObject({ revision: 0, dueAtMs: 10 })
      await drainOutbox(
        storage,
        outbox,
        () => 10,
        async () => {
          for (const nowMs of [11, 12]) remind(nowMs)
          return 'done'
        },
      )
      expect(outbox.find('w')).toMatchObject({ revision: 1 })
      outbox.settle('w')
      remind(20)
      expect(outbox.nextDueMs()).toBe(30)
    }))

  it('notes what was sent and what was confirmed: nobody sends it again, and nothing is written before a commit', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('project', { kind: 'project', n: 1 }, 0, 0)
      outbox.add('publish', { kind: 'publish', n: 1 }, 0, 0)
      const writes = await writesOf(storage, async () => {
        await drainNoting(storage, outbox, () => 10, confirmLater)
        expect(outbox.due(50)).toEqual([])
        expect(outbox.nextDueMs()).toBe(60)
        outbox.noteConfirmed('project')
      })
      expect(writes).toBe(0)
      expect(outbox.nextDueMs()).toBeNull()
      expect(outbox.due(100)).toEqual([])
      outbox.recordNoted()
      expect([outbox.find('project'), outbox.find('publish')]).toEqual([null, null])
    }))

  it('does not send again what was confirmed before its send had ended', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('project', { kind: 'project', n: 1 }, 0, 0)
      await drainNoting(
        storage,
        outbox,
        () => 10,
        async (rows) => {
          outbox.noteConfirmed('project')
          return confirmLater(rows)
        },
      )
      expect(outbox.nextDueMs()).toBeNull()
      outbox.recordNoted()
      expect(outbox.find('project')).toBeNull()
    }))

  it('takes a row that is over for the next of its kind, which is due in its own time and has a past of its own', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('publish', { kind: 'publish', n: 1 }, 0, 0)
      await drainNoting(storage, outbox, () => 10, confirmLater)
      outbox.remind('publish', { kind: 'publish', n: 2 }, 120, 100)
      expect(outbox.nextDueMs()).toBe(120)
      expect(outbox.due(110)).toEqual([])
      expect(outbox.due(120)).toMatchObject([{ id: 'publish', effect: { n: 2 }, revision: 1, createdAtMs: 100 }])
    }))

  it('records what was confirmed after a while in which no commit did, and then only once', () =>
    withOutbox(async (outbox, storage) => {
      const prompt = new PromptDrain(storage, outbox, async () => {})
      for (const id of ['a', 'b']) outbox.add(id, { kind: 'project', n: 1 }, 0, 0)
      vi.useFakeTimers()
      prompt.confirmed('a')
      vi.advanceTimersByTime(3_000)
      prompt.confirmed('b')
      vi.advanceTimersByTime(3_000)
      expect([outbox.find('a'), outbox.find('b')]).not.toContain(null)
      const commits = vi.spyOn(storage, 'transactionSync')
      vi.advanceTimersByTime(20_000)
      vi.useRealTimers()
      expect(commits).toHaveBeenCalledTimes(1)
      expect([outbox.find('a'), outbox.find('b')]).toEqual([null, null])
    }))

  it('sends what is noted and never confirmed again in time, and all of it after a restart', () =>
    inTables(async (storage, migrations) => {
      const outbox = new Outbox<Effect>(storage, migrations)
      outbox.add('project', { kind: 'project', n: 1 }, 0, 0)
      outbox.add('publish', { kind: 'publish', n: 1 }, 0, 0)
      await drainNoting(storage, outbox, () => 10, confirmLater)
      expect(outbox.due(60).map(({ id }) => id)).toEqual(['project'])
      expect(new Outbox<Effect>(storage, migrations).due(10).map(({ id }) => id)).toEqual(['project', 'publish'])
    }))

  it('hands a row to nobody while it is under way, and again when it was written anew meanwhile', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('project', { kind: 'project', n: 1 }, 0, 0)
      outbox.add('publish', { kind: 'publish', n: 1 }, 0, 0)
      await drainNoting(
        storage,
        outbox,
        () => 10,
        async (rows) => {
          expect(outbox.due(10)).toEqual([])
          if (rows[0]?.effect.kind === 'publish') outbox.remind('publish', { kind: 'publish', n: 2 }, 20, 10)
          return confirmLater(rows)
        },
      )
      expect(outbox.nextDueMs()).toBe(20)
      expect(outbox.due(20)).toMatchObject([{ id: 'publish', effect: { n: 2 } }])
    }))

  it('records at once what failed, and nothing else', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('project', { kind: 'project', n: 1 }, 20, 20)
      outbox.add('publish', { kind: 'publish', n: 1 }, 20, 20)
      outbox.add('bad', { kind: 'bad', n: 1 }, 20, 20)
      await drainNoting(storage, outbox, () => 30, confirmLater)
      expect(outbox.find('bad')).toMatchObject({ attempts: 1 })
      for (const id of ['project', 'publish']) expect(outbox.find(id)).toMatchObject({ revision: 20, dueAtMs: 20 })
    }))

  it('puts off a batch that fails, says why, and sends its neighbours all the same', () =>
    withOutbox(async (outbox, storage) => {
      outbox.add('a', { kind: 'bad', n: 1 }, 0, 0)
      outbox.add('b', { kind: 'good', n: 2 }, 0, 0)
      const send = async (rows: readonly { effect: Effect }[]) => {
        if (rows[0]?.effect.kind === 'bad') throw new Error('queue is down')
        return 'done' as const
      }
      await drainOutbox(storage, outbox, () => 1_000, send)
      expect(outbox.find('b')).toBeNull()
      const failed = outbox.find('a')
      expect(failed).toMatchObject({ attempts: 1, lastError: 'Error: queue is down' })
      expect(failed?.dueAtMs).toBeGreaterThan(1_000)
      await drainOutbox(storage, outbox, () => 10_000, send)
      expect(outbox.find('a')?.attempts).toBe(2)
    }))
})

describe('timers and the alarm', () => {
  it('keep many names on one alarm, at the earliest of them', () =>
    inTables(async (storage, migrations) => {
      const timers = new Timers(storage, migrations)
      const clock = new AlarmClock(storage, [timers])
      const nowMs = Date.now()
      timers.set('late', nowMs + 90_000)
      timers.set('soon', nowMs + 60_000)
      clock.arm(nowMs)
      expect(await storage.getAlarm()).toBe(nowMs + 60_000)
      expect(timers.due(nowMs + 90_000)).toEqual(['soon', 'late'])
      timers.clear('soon')
      expect([timers.nextDueMs(), timers.dueAtMs('soon')]).toEqual([nowMs + 90_000, null])
      expect(new Timers(storage, migrations).due(nowMs + 90_000)).toEqual(['late'])
    }))

  it('set a timer at the latest without moving an earlier one', () =>
    inTables((storage, migrations) => {
      const timers = new Timers(storage, migrations)
      timers.setAtLatest('t', 50)
      timers.setAtLatest('t', 90)
      expect(timers.dueAtMs('t')).toBe(50)
      timers.setAtLatest('t', 20)
      expect(timers.dueAtMs('t')).toBe(20)
    }))

  it('never push an armed alarm back, and never set it in the past', () =>
    inTables(async (storage, migrations) => {
      const timers = new Timers(storage, migrations)
      const clock = new AlarmClock(storage, [timers])
      // An hour ahead, so that what is set for a moment later does not go off before it is looked at.
      const nowMs = Date.now() + 3_600_000
      timers.set('t', nowMs + 60_000)
      clock.arm(nowMs)
      timers.set('t', nowMs + 99_000)
      clock.arm(nowMs)
      expect(await storage.getAlarm()).toBe(nowMs + 60_000)
      timers.set('overdue', nowMs - 5_000)
      clock.arm(nowMs)
      expect(await storage.getAlarm()).toBeGreaterThan(nowMs)
      expect(await storage.getAlarm()).toBeLessThan(nowMs + 1_000)
      await storage.deleteAlarm()
    }))

  it('arm anew when work is pending and the alarm was lost', () =>
    inTables(async (storage, migrations) => {
      const timers = new Timers(storage, migrations)
      const nowMs = Date.now()
      timers.set('t', nowMs + 60_000)
      await new AlarmClock(storage, [timers]).resume(nowMs)
      expect(await storage.getAlarm()).toBe(nowMs + 60_000)
      await storage.deleteAlarm()
    }))

  it('leave the alarm alone when nothing is pending', () =>
    inTables(async (storage, migrations) => {
      await new AlarmClock(storage, [new Timers(storage, migrations)]).resume(Date.now())
      expect(await storage.getAlarm()).toBeNull()
    }))
})
