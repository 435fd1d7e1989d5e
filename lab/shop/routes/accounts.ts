import { createHash, pbkdf2, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ShopConfig } from '../config.js';
import { HttpError, type Route } from '../http.js';

const loginSchema = z.object({ user: z.string(), secret: z.string() });

export function accountRoutes(config: ShopConfig): Route[] {
  const verify = { token: verifyToken, password: verifyPassword, key: verifyKey }[config.accounts.verification];
  return [
    {
      method: 'POST',
      path: '/sessions',
      handle: async ({ body }) => {
        const login = loginSchema.safeParse(body);
        if (!login.success) throw new HttpError(400, 'expected {user, secret}');
        return { user: login.data.user, accepted: await verify(login.data.secret) };
      },
    },
  ];
}

const storedToken = createHash('sha256').update('letmein').digest();
const storedPassword = pbkdf2Sync('letmein', 'salt', 1000, 32, 'sha256');

function verifyToken(secret: string): boolean {
  return timingSafeEqual(createHash('sha256').update(secret).digest(), storedToken);
}

function verifyPassword(secret: string): boolean {
  return timingSafeEqual(pbkdf2Sync(secret, 'salt', 90_000, 32, 'sha256'), storedPassword);
}

const deriveKey = promisify(pbkdf2);

async function verifyKey(secret: string): Promise<boolean> {
  return timingSafeEqual(await deriveKey(secret, 'salt', 90_000, 32, 'sha256'), storedPassword);
}
