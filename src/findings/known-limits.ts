/** Default limits of libraries. For a number of slots found inside an application: which library may set it, and how to change it. */
import type { FoundSlots } from '../core/inference.ts';

interface KnownLimit {
  readonly slots: number;
  readonly what: string;
  /** How to set the limit to `n` slots; null: no particular number is recommended. */
  readonly change: (n: number | null) => string;
}

const numbered = (n: number | null): string => (n === null ? 'N' : String(n));

const LIMITS: readonly KnownLimit[] = [
  {
    slots: 1,
    what: 'the one thread in which asgiref runs sync_to_async and database_sync_to_async by default (thread_sensitive=True), wherever Django itself does not give the request a thread: Channels consumers, FastAPI and Starlette',
    change: () => 'sync_to_async(f, thread_sensitive=False) where f bears threads',
  },
  {
    slots: 1,
    what: 'a lock that is held across a call, or a single connection that all share (aiosqlite)',
    change: () => 'hold the lock for less, or a pool of connections',
  },
  { slots: 4, what: "psycopg_pool's ConnectionPool", change: (n) => `ConnectionPool(max_size=${numbered(n)})` },
  {
    slots: 10,
    what: "asyncpg's and aiomysql's pool",
    change: (n) => `create_pool(max_size=${numbered(n)}), or maxsize`,
  },
  {
    slots: 15,
    what: "SQLAlchemy's pool (pool_size 5 and max_overflow 10)",
    change: (n) => `create_engine(pool_size=${numbered(n)}, max_overflow=0)`,
  },
  {
    slots: 40,
    what: 'the threads of plain def views in FastAPI and Starlette (anyio)',
    change: (n) =>
      `anyio.to_thread.current_default_thread_limiter().total_tokens = ${numbered(n)} in the lifespan startup, or async def views with an async driver`,
  },
];

/** If the range of the found number is wider than this ratio (highest / lowest), it cannot identify a limit. */
const NARROW = 1.25;

/** Limits within the range of what was found; empty: none, or the range is too wide to tell. */
export const limitsOf = ({ low, high }: FoundSlots): readonly KnownLimit[] =>
  high > NARROW * low ? [] : LIMITS.filter(({ slots }) => slots >= low && slots <= high);
