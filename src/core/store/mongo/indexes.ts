import type { Model } from 'mongoose';

/**
 * Makes a model's indexes, once per connection, after its first write: a role that may not write never tries. Failing is
 * no error here: everything works without them, only slower (`doctor` names the missing ones).
 */
export function indexOnce(...models: Pick<Model<unknown>, 'createIndexes'>[]): () => Promise<void> {
  let made: Promise<unknown> | undefined;
  return async () => {
    made ??= Promise.allSettled(models.map((model) => model.createIndexes()));
    await made;
  };
}
