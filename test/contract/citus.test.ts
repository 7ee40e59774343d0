import { afterAll, beforeAll } from 'vitest'
import { PostgresStore } from '../../src/store/postgres/store.js'
import { type Embedded, startPglite } from '../helpers/pglite.js'
import { catalogueContract } from './catalogue.contract.js'
import { logContract } from './log.contract.js'

/**
 * No Citus can be had here. This stands for its one function, holds tables to its rule about keys (every one contains the column that the
 * table is spread by) and to the order of calls, and leaves the rows where they are: it shows that the schema may be spread and that the
 * store works on it, not that Citus runs every statement.
 */
const RULES = `
  CREATE FUNCTION create_distributed_table(relation regclass, spread_by text, colocate_with text DEFAULT 'default') RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE fault text;
  BEGIN
    SELECT format('%s: key %s lacks %s', relation, i.indexrelid::regclass, spread_by) INTO fault
    FROM pg_index i WHERE i.indrelid = relation AND i.indisunique AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = spread_by AND a.attnum = ANY (i.indkey::int2[]));
    IF fault IS NOT NULL THEN RAISE EXCEPTION '%', fault; END IF;
    SELECT format('%s: foreign key %s to or from a table that is not spread', relation, c.conname) INTO fault
    FROM pg_constraint c WHERE c.contype = 'f' AND (c.conrelid = relation OR c.confrelid = relation);
    IF fault IS NOT NULL THEN RAISE EXCEPTION '%', fault; END IF;
    IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND NOT t.tgisinternal) THEN
      RAISE EXCEPTION '% has triggers', relation;
    END IF;
  END $$;
`

let embedded: Embedded
let count = 0
beforeAll(async () => {
  embedded = await startPglite()
})
afterAll(() => embedded.stop())

async function open(): Promise<PostgresStore> {
  const store = await PostgresStore.open(await embedded.url(`c${++count}`), 2)
  await store.client.query(RULES)
  await store.distribute()
  return store
}

catalogueContract('PostgreSQL with the keys that Citus wants', async () => {
  const store = await open()
  return { store: store.catalogue, close: () => store.close() }
})
logContract('PostgreSQL with the keys that Citus wants', async () => {
  const store = await open()
  return { store: store.log, close: () => store.close() }
})
