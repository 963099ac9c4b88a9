import * as z from 'zod';

export const CHECK_STATES = ['ok', 'info', 'warning', 'failed'] as const;

/** One finding: what was looked at, what it is like, what to do about it. */
export const check = z.object({
  area: z.enum(['configuration', 'redis', 'permissions', 'recording', 'mongodb', 'store']),
  name: z.string(),
  state: z.enum(CHECK_STATES),
  message: z.string(),
  hint: z.string().nullable(),
});
export type Check = z.infer<typeof check>;

/** What `rcm doctor --json` prints. */
export const doctorReport = z.object({
  generatedAt: z.date(),
  healthy: z.boolean().describe('no check failed'),
  checks: z.array(check),
});
export type DoctorReport = z.infer<typeof doctorReport>;
