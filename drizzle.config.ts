/** Generates `migrations/` from `src/db/schema`. Migrations are applied by wrangler, never by drizzle-kit. */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'sqlite', schema: './src/db/schema/*.ts', out: './migrations' })
