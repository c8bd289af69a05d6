// Schemas are checked without code made at run time: the security policy of the page forbids that. Comes before the
// first schema is used.

import { config } from 'zod';

config({ jitless: true });
