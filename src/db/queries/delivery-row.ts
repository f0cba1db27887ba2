/** What became of this delivery, and what did it touch? */
import { eq } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { DeliveryRow } from '../rows.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'

export type DeliveryWithSubjects = DeliveryRow & { readonly subjects: readonly string[] }

export async function deliveryRow(db: Db, deliveryId: string): Promise<DeliveryWithSubjects | null> {
  const [found, touched] = await db.batch([
    db.select().from(deliveries).where(eq(deliveries.deliveryId, deliveryId)).limit(1),
    db
      .select({ subject: deliverySubjects.subject })
      .from(deliverySubjects)
      .where(eq(deliverySubjects.deliveryId, deliveryId))
      .orderBy(deliverySubjects.subject),
  ])
  const delivery = found[0]
  return delivery === undefined ? null : { ...delivery, subjects: touched.map((row) => row.subject) }
}
