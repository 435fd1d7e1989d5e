import { createHash, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { ShopConfig } from '../config.js';
import { HttpError, type Route } from '../http.js';

const loginSchema = z.object({ user: z.string(), secret: z.string() });

export function accountRoutes(config: ShopConfig): Route[] {
  const verify = config.accounts.verification === 'token' ? verifyToken : verifyPassword;
  return [
    {
      method: 'POST',
      path: '/sessions',
      handle: async ({ body }) => {
        const login = loginSchema.safeParse(body);
        if (!login.success) throw new HttpError(400, 'expected {user, secret}');
        return await Promise.resolve({ user: login.data.user, accepted: verify(login.data.secret) });
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
